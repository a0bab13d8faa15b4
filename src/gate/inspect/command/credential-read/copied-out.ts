import type { Finding } from '../../../finding.ts'
import { finding, nameIs, none, shown } from '../detector.ts'
import { unconcerned } from '../dispatch.ts'
import { placeOf } from '../paths.ts'
import type { Invocation } from '../shell/model.ts'
import { secretFile } from './secret-files.ts'

const engines = nameIs(/^(docker|podman|nerdctl|kubectl|oc|lxc|incus)$/)
const inContainer = /^[\w.$/{}-]+:(\/.+)$|^[\w-]+(\/(?:etc|root|home|app|run)\/.+)$/

/** `docker cp app:/app/.env -`: a secret taken out of a container, shown or put where everybody reads. */
export function copiedOut({ name, args }: Invocation): readonly Finding[] {
  if (!engines(name)) return unconcerned
  if (args[0] !== 'cp' && !(args[0] === 'file' && args[1] === 'pull')) return none
  const [from = '', to = ''] = args
    .slice(args[0] === 'cp' ? 1 : 2)
    .filter((arg) => arg === '-' || !arg.startsWith('-'))
  const match = inContainer.exec(from)
  const secret = match === null ? undefined : secretFile(match[1] ?? match[2] ?? '')
  if (secret === undefined || (secret.severity !== 'high' && to !== '-' && placeOf(to) !== 'temporary'))
    return none
  return [
    finding(
      'credential-read',
      `credential.${secret.fact}`,
      secret.severity,
      `${name} takes ${secret.what} out of a container: ${shown(from)}`,
    ),
  ]
}
