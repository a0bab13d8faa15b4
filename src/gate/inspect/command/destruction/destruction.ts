import type { Finding } from '../../../finding.ts'
import { type CommandDetector, finding, none, ofEach, shown, together } from '../detector.ts'
import { type Look, looksByName, unconcerned } from '../dispatch.ts'
import { placeOf } from '../paths.ts'
import { sourcesOf } from '../shell/lineage.ts'
import { hasMarker, type Invocation, type Reading, type Redirection } from '../shell/model.ts'
import { appleLoss, appleNames } from './apple.ts'
import { weighed } from './asks-back.ts'
import { backupLoss, backupNames } from './backups.ts'
import { contentLoss, emptiedByRedirection } from './contents.ts'
import { databaseLoss, databaseNames } from './databases.ts'
import { deviceByWord, deviceLoss } from './devices.ts'
import { encryptedAway } from './encryption.ts'
import { fileLoss } from './files.ts'
import { firmwareLoss, firmwareNames } from './firmware.ts'
import { asksForHelp } from './help.ts'
import { machineLoss } from './machines.ts'
import { networkLoss, networkNames } from './network.ts'
import { packageLoss, packageNames } from './packages.ts'
import { remoteLoss } from './remote.ts'
import { repositoryLoss } from './repositories.ts'
import { rightsLoss } from './rights.ts'
import { serviceLoss, serviceNames } from './services.ts'
import { taskLoss } from './tasks.ts'
import { isHistory } from './vital.ts'
import { windowsLoss } from './windows.ts'

const NAME = 'destruction'

/** Data, systems or history that could not be had back. */
export const destruction: CommandDetector = {
  name: NAME,
  inspect: (reading) =>
    together(
      ofEach(reading.invocations, ofInvocation, reading),
      ofEach(reading.invocations, overwrites, reading),
      ofEach(reading.invocations, withOthers, reading),
      windowsLoss(reading.windows),
      reading.forkBombs.map((name) =>
        finding(NAME, 'destroy.fork-bomb', 'critical', `function ${shown(name)} starts itself without end`),
      ),
    ),
}

const tables: readonly (readonly [look: Look, names: readonly string[]])[] = [
  [networkLoss, networkNames],
  [packageLoss, packageNames],
  [firmwareLoss, firmwareNames],
  [appleLoss, appleNames],
  [serviceLoss, serviceNames],
  [databaseLoss, databaseNames],
  [backupLoss, backupNames],
]
/** Most programs are in no table, and hardly any is in two: a name is looked up once for all of them. */
const looksOf = new Map<string, readonly Look[]>()
for (const [look, names] of tables)
  for (const name of names) looksOf.set(name, [...(looksOf.get(name) ?? []), look])

function tabled(invocation: Invocation, reading: Reading): readonly Finding[] {
  const looks = looksOf.get(invocation.name)
  if (looks === undefined) return unconcerned
  let findings = none
  for (const look of looks) {
    const seen = look(invocation, reading)
    if (seen.length > 0) findings = findings.length === 0 ? seen : [...findings, ...seen]
  }
  return findings
}

const kinds = looksByName(
  fileLoss,
  contentLoss,
  rightsLoss,
  deviceLoss,
  deviceByWord,
  machineLoss,
  tabled,
  repositoryLoss,
  ofTask,
  remoteLoss,
)

/** What is only for tests is made again by the next run of them. */
const isForTests = (reading: Reading) =>
  reading.assignments.some(([name, value]) => /^(?:\w+_)?ENV$/.test(name) && value === 'test')

function ofInvocation(invocation: Invocation, reading: Reading): readonly Finding[] {
  if (asksForHelp(invocation)) return none
  const found = kinds(invocation, reading)
  if (found.length === 0) return none
  if (
    invocation.isElsewhere &&
    found.every(({ fact }) => onDisk.test(fact)) &&
    isThrownAway(invocation, reading)
  )
    return none
  if (found.every(({ fact }) => fact === 'destroy.service') && isHandedUnused(invocation, reading))
    return none
  const isOwn = found.some(({ fact }) => fact === 'destroy.outside') && madeHere(invocation, reading)
  return weighed(isOwn ? found.filter(({ fact }) => fact !== 'destroy.outside') : found, invocation)
}

/** Images and containers of which the list before says that nothing uses them; a volume that nothing uses still holds data. */
function isHandedUnused({ args, isRepeated, pipeline, stage }: Invocation, reading: Reading): boolean {
  if (args.includes('volume') || !(isRepeated || args.some(hasMarker))) return false
  const lists = isRepeated
    ? pipeline.stages.slice(0, stage).flat()
    : args.flatMap((arg) => (hasMarker(arg) ? sourcesOf(arg, reading) : []))
  return lists.some((each) => each.args.some((arg) => unused.test(arg)))
}
const unused = /^(?:--filter=)?(?:dangling=true|status=(?:exited|dead|created))$|^gc$/

const onDisk = /^destroy\.(?:root|system|home|personal|here|outside|emptied|permissions|ownership)$/

/** In a container that goes with its command and that nothing of this machine was lent to, there is nothing to lose. */
const isThrownAway = ({ name, order }: Invocation, reading: Reading) =>
  reading.invocations.some(
    (each) =>
      each.order < order &&
      /^(?:docker|podman|nerdctl)$/.test(each.name) &&
      each.args[0] === 'run' &&
      each.args.includes('--rm') &&
      !each.args.some((arg) =>
        /^(?:-v|--volume|--mount|--volumes-from|--privileged|--device|--pid|--tmpfs)/.test(arg),
      ) &&
      each.args.some((arg) => arg === name || arg.includes(name)),
  ) && reading.invocations.filter((each) => each.args.includes('run')).length === 1

/**
 * All that it names outside was fetched by the same text into a folder that was not there before: or the fetching would have
 * failed, and `&&` would not have gone on.
 */
function madeHere({ args, order }: Invocation, { chains, invocations }: Reading): boolean {
  const bare = (path: string) => path.replace(/\/+$/, '')
  const succeeded = (maker: number) =>
    chains.some(({ links, until }) => maker < order && order < until && links.includes(maker))
  const made = invocations.flatMap((each) => (succeeded(each.order) ? newFolders(each).map(bare) : []))
  const outside = args.filter((arg) => placeOf(arg) === 'outside')
  return outside.length > 0 && outside.every((path) => made.includes(bare(path)))
}

/** What it makes, and fails where that is there already. */
function newFolders({ name, args }: Invocation): readonly string[] {
  const words = args.filter((arg) => !arg.startsWith('-'))
  if (name === 'mkdir') return args.some((arg) => /^-\w*p|^--parents/.test(arg)) ? [] : words
  // Behind the address: before it, a folder is where the copy comes from.
  return name === 'git' && words[0] === 'clone' && words.length > 2 ? words.slice(-1) : []
}

function ofTask(invocation: Invocation, reading: Reading): readonly Finding[] {
  const loss = taskLoss(invocation)
  return loss.length === 0 || reading.assignments.length === 0 || !isForTests(reading) ? loss : none
}

const wholePlaces = /^(root|system|home|personal)$/

/** A name that a search of the whole machine or of somebody's home put there: `for f in $(find / -type f)`. */
function isListedWhole(path: string, reading: Reading): boolean {
  if (!hasMarker(path)) return false
  return sourcesOf(path, reading).some(
    ({ name, args }) =>
      /^(find|ls|fd|locate)$/.test(name) &&
      !args.some((arg) => /^-(i?name|i?path|i?regex|[mca]time|[mca]min|size|empty|newer)/.test(arg)) &&
      args.some((arg) => /^[/~]/.test(arg) && wholePlaces.test(placeOf(arg))),
  )
}

const removers = new Set(['rm', 'shred', 'unlink', 'truncate', 'srm'])

function listedLoss({ name, args }: Invocation, reading: Reading): readonly Finding[] {
  if (!removers.has(name)) return unconcerned
  return args.some((arg) => isListedWhole(arg, reading))
    ? [finding(NAME, 'destroy.system', 'critical', 'deletes every file that a search finds')]
    : none
}

/** `mkdir e; rsync -a --delete e/ target/`: a folder that was only just made has nothing in it. */
function mirroredEmpty({ name, args }: Invocation, reading: Reading): readonly Finding[] {
  if (name !== 'rsync') return unconcerned
  if (!args.some((arg) => /^--del(ete\S*)?$/.test(arg))) return none
  const [source = '', target = '', more] = args.filter((arg) => !arg.startsWith('-'))
  if (more !== undefined || target === '') return none
  const bare = (path: string) => path.replace(/\/+$/, '')
  const isMade = (each: Invocation) =>
    (each.name === 'mkdir' && each.args.some((arg) => bare(arg) === bare(source))) || each.name === 'mktemp'
  const isEmpty = reading.invocations.some(isMade) && (!source.startsWith('$') || hasMarker(source))
  const isFilled = reading.writes.some(({ path }) => path.startsWith(`${bare(source)}/`))
  return (isEmpty || sourcesOf(source, reading).some((each) => each.name === 'mktemp')) && !isFilled
    ? [finding(NAME, 'destroy.outside', 'medium', `empties ${shown(target)}`)]
    : none
}

/** Told by what else the text does, whatever their own words say. */
const withOthers = looksByName(listedLoss, mirroredEmpty, encryptedAway)

/** Redirections that empty or overwrite what matters. */
function overwrites(invocation: Invocation, reading: Reading): readonly Finding[] {
  const { redirections } = invocation
  if (redirections.length === 0) return none
  const isFilling =
    endless(invocation) &&
    redirections.some(
      ({ direction, endpoint }) =>
        direction !== 'read' && endpoint.kind === 'file' && !endpoint.path.startsWith('/dev/'),
    )
  const filled = isFilling ? [finding(NAME, 'destroy.filled', 'medium', 'fills the disk')] : none
  const isSilent =
    /^(?:true|:|)$/.test(invocation.name) || (invocation.name === 'cat' && invocation.args[0] === '/dev/null')
  const silenced = isSilent
    ? redirections.flatMap(({ direction, endpoint }) =>
        direction === 'write' && endpoint.kind === 'file' ? emptiedByRedirection(endpoint.path) : [],
      )
    : none
  return together(filled, silenced, ofEach(redirections, overwritten, reading))
}

/** What never ends by itself. */
const endless = ({ name, args }: Invocation) =>
  name === 'yes' || (name === 'cat' && args.some((arg) => /^\/dev\/(zero|u?random)$/.test(arg)))

function overwritten({ direction, endpoint }: Redirection, reading: Reading): readonly Finding[] {
  if (direction !== 'write' || endpoint.kind !== 'file') return none
  if (endpoint.path === '/proc/sysrq-trigger')
    return [finding(NAME, 'destroy.halt', 'critical', 'halts the kernel')]
  if (isHistory(endpoint.path))
    return [finding(NAME, 'destroy.repository', 'high', `writes over ${shown(endpoint.path)}`)]
  if (isListedWhole(endpoint.path, reading))
    return [finding(NAME, 'destroy.system', 'critical', 'writes over every file that a search finds')]
  if (detached.test(endpoint.path))
    return [finding(NAME, 'destroy.device', 'high', `takes a device away through ${shown(endpoint.path)}`)]
  const place = placeOf(endpoint.path)
  if (place === 'device')
    return [finding(NAME, 'destroy.device', 'critical', `writes over ${shown(endpoint.path)}`)]
  if (place === 'system' && /passwd|shadow|sudoers|group|fstab|hosts/.test(endpoint.path))
    return [finding(NAME, 'destroy.system', 'critical', `overwrites ${shown(endpoint.path)}`)]
  return none
}

/** Files of the kernel that take a disk or a card off while it is in use. */
const detached =
  /^\/sys\/(?:block\/\w+\/device\/delete|bus\/\w+\/(?:drivers\/[\w-]+\/unbind|devices\/[\w:.-]+\/remove))$/
