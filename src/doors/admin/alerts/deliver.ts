import { unreachable } from '../../../kernel/unreachable.ts'
import type { AlertRoute } from '../api/shapes/settings.ts'
import type { Alert, Delivered, MessageRef } from './alert.ts'
import { sendEmail } from './email.ts'
import { sendSlack } from './slack.ts'
import { sendSyslog } from './syslog.ts'
import { sendWebhook } from './webhook.ts'

export type Target = AlertRoute['target']

/** Sends an alert, as an update of `ref` where the channel can. Throws what went wrong. */
export async function deliver(
  target: Target,
  secret: string | undefined,
  alert: Alert,
  ref: MessageRef | undefined,
): Promise<Delivered> {
  switch (target.kind) {
    case 'webhook':
      return await sendWebhook(target.url, secret, alert, ref)
    case 'slack':
      return await sendSlack(target, secret, alert, ref)
    case 'email':
      return await sendEmail(target, secret, alert, ref)
    case 'syslog':
      return await sendSyslog(target, alert)
    default:
      return unreachable(target)
  }
}

/** An incoming webhook of Slack cannot take a message back or change it: only what is new is worth another one. */
export function canUpdate(target: Target): boolean {
  return target.kind !== 'slack' || target.channel !== undefined
}
