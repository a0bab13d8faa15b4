import type { Finding } from '../../../finding.ts'
import { type CommandDetector, finding, none, ofEach, shown, together } from '../detector.ts'
import { placeOf } from '../paths.ts'
import type { Invocation, Reading, Redirection } from '../shell/model.ts'
import { deviceLoss } from './devices.ts'
import { encryptedAway } from './encryption.ts'
import { fileLoss } from './files.ts'
import { machineLoss } from './machines.ts'
import { remoteLoss } from './remote.ts'
import { repositoryLoss } from './repositories.ts'
import { serviceLoss } from './services.ts'
import { taskLoss } from './tasks.ts'
import { windowsLoss } from './windows.ts'

const NAME = 'destruction'

/** Data, systems or history that could not be had back. */
export const destruction: CommandDetector = {
  name: NAME,
  inspect: (reading) =>
    together(
      ofEach(reading.invocations, ofInvocation, reading),
      ofEach(reading.invocations, overwrites, reading),
      encryptedAway(reading),
      windowsLoss(reading.windows),
      reading.forkBombs.map((name) =>
        finding(NAME, 'destroy.fork-bomb', 'critical', `function ${shown(name)} starts itself without end`),
      ),
    ),
}

const kinds = [fileLoss, deviceLoss, machineLoss, repositoryLoss, serviceLoss, taskLoss, remoteLoss]

function ofInvocation(invocation: Invocation): readonly Finding[] {
  if (asksForHelp(invocation)) return none
  let findings = none
  for (const kind of kinds) findings = together(findings, kind(invocation))
  return findings
}

function asksForHelp({ name, args }: Invocation): boolean {
  // Words of other programs stand among those of these.
  if (name === 'find' || name === 'ssh' || name === 'xargs') return false
  return args.some(
    (arg) => arg === '--help' || arg === '--version' || arg === '--dry-run' || arg === '--dryrun',
  )
}

/** Redirections that empty or overwrite what matters. */
function overwrites({ redirections }: Invocation, reading: Reading): readonly Finding[] {
  return redirections.length === 0 ? none : ofEach(redirections, overwritten, reading)
}

function overwritten({ direction, endpoint }: Redirection): readonly Finding[] {
  if (direction !== 'write' || endpoint.kind !== 'file') return none
  if (endpoint.path === '/proc/sysrq-trigger')
    return [finding(NAME, 'destroy.halt', 'critical', 'halts the kernel')]
  const place = placeOf(endpoint.path)
  if (place === 'device')
    return [finding(NAME, 'destroy.device', 'critical', `writes over ${shown(endpoint.path)}`)]
  if (place === 'system' && /passwd|shadow|sudoers|group|fstab|hosts/.test(endpoint.path))
    return [finding(NAME, 'destroy.system', 'critical', `overwrites ${shown(endpoint.path)}`)]
  return none
}
