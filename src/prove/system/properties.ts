import { approvalBeforeDestructive, injectedAgentCannot } from './approval-properties.ts'
import { boundedDepth, delegationNeverWidens, revocationTakesEffect } from './delegation-properties.ts'
import {
  budgetsHold,
  everyToolUsable,
  neverClaims,
  noCredentialWithoutEntitlement,
  noDeadlock,
  noLabelToSink,
} from './plain-properties.ts'
import type { Property } from './property.ts'

/** Every property there is, in the order they are reported. */
export const properties: readonly Property[] = [
  noLabelToSink,
  noCredentialWithoutEntitlement,
  approvalBeforeDestructive,
  delegationNeverWidens,
  revocationTakesEffect,
  injectedAgentCannot,
  boundedDepth,
  budgetsHold,
  neverClaims,
  noDeadlock,
  everyToolUsable,
]
