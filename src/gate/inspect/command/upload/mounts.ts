import type { Finding } from '../../../finding.ts'
import { finding, shown } from '../detector.ts'
import { looksByName, unconcerned } from '../dispatch.ts'
import type { Invocation, Reading } from '../shell/model.ts'
import { matterOf } from './matters.ts'

const NAME = 'upload'

const sticks =
  /^(\/media\/|\/run\/media\/|\/Volumes\/|\/mnt\/usb|(~|\/(home|Users)\/[^/]+)\/(Dropbox|OneDrive|Google ?Drive|iCloud|Box|MEGA|pCloud\w*|Nextcloud|Yandex\.Disk|Library\/(Mobile Documents|CloudStorage))([/ ]|$))/

/** What is not for everybody, onto a stick that somebody can carry away or a folder that another company keeps (T1052). */
export const ontoSticks = looksByName(copiesOntoStick)

function copiesOntoStick({ name, args }: Invocation): readonly Finding[] {
  if (!/^(cp|mv|rsync|ditto|install)$/.test(name)) return unconcerned
  const target = args.at(-1) ?? ''
  if (!sticks.test(target)) return []
  const what = args.slice(0, -1).find((arg) => !arg.startsWith('-') && matterOf(arg) !== undefined)
  return what === undefined
    ? []
    : [finding(NAME, 'upload.copy', 'medium', `${name} takes ${shown(what)} to ${shown(target)}`)]
}

const shares = new Set(
  'mount mount.cifs mount.nfs mount.davfs mount_smbfs mount_nfs sshfs davfs2 curlftpfs s3fs gcsfuse net'.split(
    ' ',
  ),
)
const elsewhere = /^(\/\/|https?:\/\/|([\w.-]+@)?\d{1,3}(\.\d{1,3}){3}:|[\w.-]+@[\w.-]+:)/

const none: readonly string[] = []

/** A folder of another machine put in place, and files copied into it by the same text. */
export function throughMounts({ invocations }: Reading): readonly Finding[] {
  const points = invocations.some(({ name }) => shares.has(name)) ? invocations.flatMap(pointOf) : none
  if (points.length === 0) return []
  const copy = invocations.find(
    ({ name, args }) =>
      /^(cp|mv|rsync|tar|dd|ditto|install)$/.test(name) &&
      args.some(
        (arg, index) => index > 0 && points.some((point) => arg.replace(/^of=/, '').startsWith(point)),
      ),
  )
  return copy === undefined
    ? []
    : [
        finding(
          NAME,
          'upload.copy',
          'medium',
          `${copy.name} puts files into ${shown(copy.args.at(-1) ?? '')}, of another machine`,
        ),
      ]
}

function pointOf({ name, args }: Invocation): readonly string[] {
  if (!shares.has(name)) return none
  const at = args.findIndex((arg) => elsewhere.test(arg))
  const point = args.slice(at + 1).find((arg) => /^[/~.]/.test(arg))
  return at < 0 || point === undefined || point.length < 2 ? [] : [point]
}
