import type { Finding } from '../../../finding.ts'
import { finding, shown } from '../detector.ts'
import { unconcerned } from '../dispatch.ts'
import { type Place, placeFrom, placeOf } from '../paths.ts'
import type { Invocation } from '../shell/model.ts'
import { isHistory, isKey, isLibrary, isPersonalFile, isRecord, isSetting, ofWindows } from './vital.ts'

const NAME = 'destruction'

/** Deleting or moving away what should stay. */
export function fileLoss(invocation: Invocation): readonly Finding[] {
  switch (invocation.name) {
    case 'rm':
    case 'grm':
    case 'srm':
    case 'unlink':
    case 'rimraf':
    case 'del-cli':
    case 'trash':
      return removal(invocation)
    case 'trash-empty':
      return invocation.args.some((arg) => /^(?:-f|--all-users)$/.test(arg)) ? emptiedTrash : []
    case 'gio':
      return invocation.args[0] === 'trash' && invocation.args.includes('--empty') ? emptiedTrash : []
    case 'rmdir':
    case 'rd':
    case 'del':
    case 'erase':
      return windowsRemoval(invocation)
    case 'Remove-Item':
    case 'ri':
      return invocation.args.some((arg) => /^-r/i.test(arg))
        ? lossOf(plain(invocation.args), 'deletes').filter(({ fact }) => fact !== 'destroy.outside')
        : []
    case 'shred':
      if (plain(invocation.args).some((arg) => isPersonalFile(arg) || /^~\/Downloads\/./.test(arg)))
        return [finding(NAME, 'destroy.personal', 'medium', 'overwrites a file of a person for good')]
      // Without a path of its own it overwrites what it is handed.
      return invocation.isRepeated && !plain(invocation.args).some((arg) => /[/.~$]/.test(arg))
        ? listed(invocation)
        : []
    case 'find':
    case 'gfind':
    case 'fd':
      return search(invocation)
    case 'mv':
      return moved(invocation)
    case 'ln':
      return linkedOver(invocation)
    case 'rsync':
      return mirrored(invocation)
    default:
      return unconcerned
  }
}

export const plain = (args: readonly string[]) => args.filter((arg) => !/^-./.test(arg))
const emptiedTrash = [finding(NAME, 'destroy.emptied', 'medium', 'empties the trash')]
/** Long options may be written as short as they stay unlike one another: `--rec` is `--recursive`. */
export const hasFlag = (args: readonly string[], letters: RegExp, long: string) =>
  args.some(
    (arg) =>
      (/^-[a-zA-Z]+$/.test(arg) && letters.test(arg)) ||
      (arg.length > 4 && arg.startsWith('--') && long.startsWith(arg)),
  )

function removal(invocation: Invocation): readonly Finding[] {
  const { name, args, isRepeated, cwd } = invocation
  const isRecursive = name === 'rimraf' || name === 'del-cli' || hasFlag(args, /[rR]/, '--recursive')
  const isForced = hasFlag(args, /f/, '--force')
  const paths = plain(args).filter((arg) => arg !== '--')
  // `-i` asks about each of them.
  if (args.some((arg) => /^-[rRvd]*[iI][rRvd]*$|^--interactive(=always)?$/.test(arg)) && !isForced) return []
  if (args.some((arg) => arg.length > 4 && '--no-preserve-root'.startsWith(arg)))
    return [finding(NAME, 'destroy.root', 'critical', 'deletes with the guard for / switched off')]
  if (isRecursive && isForced && paths.length === 0 && !isRepeated)
    return [finding(NAME, 'destroy.unnamed', 'high', 'deletes by force without naming what')]
  if (isRecursive) return [...lossOf(paths, 'deletes', cwd), ...(isRepeated ? listed(invocation) : [])]
  if (isRepeated && paths.length === 0)
    return listed(invocation).filter(({ fact }) => fact !== 'destroy.here')
  return paths.flatMap((path) => {
    const place = placeFrom(ofWindows(path), cwd)
    const isMany = /\*/.test(path)
    if (place === 'device') return [finding(NAME, 'destroy.device', 'critical', `deletes ${shown(path)}`)]
    if (place === 'root' || place === 'system' || ((place === 'home' || place === 'personal') && isMany))
      return [finding(NAME, 'destroy.system', 'critical', `deletes ${shown(path)}`)]
    if (place === 'here' && isMany && isForced)
      return [finding(NAME, 'destroy.here', 'medium', `deletes every file here (${shown(path)})`)]
    return single(path)
  })
}

/** One file that the system, a repository or a person cannot do without. */
function single(path: string): readonly Finding[] {
  if (isSetting(path) || isLibrary(path))
    return [finding(NAME, 'destroy.system', 'medium', `deletes ${shown(path)}`)]
  if (isKey(path)) return [finding(NAME, 'destroy.personal', 'medium', `deletes the key ${shown(path)}`)]
  if (isPersonalFile(path))
    return [finding(NAME, 'destroy.personal', 'medium', `deletes a file of a person: ${shown(path)}`)]
  if (isRecord(path)) return [finding(NAME, 'destroy.outside', 'medium', `deletes ${shown(path)}`)]
  return isHistory(path)
    ? [finding(NAME, 'destroy.repository', 'high', `deletes a part of the repository: ${shown(path)}`)]
    : []
}

const losses: Partial<Record<Place, readonly [fact: string, severity: Finding['severity']]>> = {
  root: ['destroy.root', 'critical'],
  system: ['destroy.system', 'critical'],
  home: ['destroy.home', 'critical'],
  personal: ['destroy.personal', 'critical'],
  device: ['destroy.device', 'critical'],
  here: ['destroy.here', 'high'],
  repository: ['destroy.repository', 'high'],
  outside: ['destroy.outside', 'medium'],
}

/** Only passes most of a list on, in some order. */
const passesOn = /^(sort|uniq|tee|cat|tac|shuf|tr|nl)$/

/** The program that made the list, whoever it was run as. */
function lister(pipeline: Invocation['pipeline'], stage: number): Invocation | undefined {
  for (let at = stage - 1; at >= 0; at--) {
    const there = pipeline.stages[at] ?? []
    const found = there.findLast(({ name }) => /^(ls|find|locate|fd|plocate)$/.test(name))
    if (found !== undefined) return found
    const isPassedOn = there.every(
      ({ name, args }) =>
        passesOn.test(name) ||
        (/^[ef]?grep$/.test(name) && args.some((arg) => /^-\w*v/.test(arg))) ||
        name === 'sudo',
    )
    if (!isPassedOn) return undefined
  }
  return undefined
}

/** `ls / | xargs rm -rf`: what a listing without a filter names. */
function listed({ pipeline, stage }: Invocation): readonly Finding[] {
  const before = lister(pipeline, stage)
  if (before === undefined) return []
  if (before.args.some((arg, index) => arg === '-exec' || isNarrowing(arg, before.args[index + 1]))) return []
  return lossOf(
    // What is picked out of a folder of one's own was meant.
    plain(before.args).filter(
      (arg) => /^[/~]/.test(arg) || (before.name === 'find' && arg === '.' && before.stage === stage - 1),
    ),
    'deletes what is listed:',
    undefined,
  )
}

export function lossOf(paths: readonly string[], verb: string, cwd?: string): readonly Finding[] {
  return paths.flatMap((path) => {
    const loss = losses[placeFrom(ofWindows(path), cwd)]
    return loss === undefined
      ? single(path)
      : [finding(NAME, loss[0], loss[1], `${verb} everything under ${shown(path)}`)]
  })
}

function windowsRemoval({ args }: Invocation): readonly Finding[] {
  const isRecursive = args.some((arg) => /^\/s$/i.test(arg))
  return isRecursive
    ? lossOf(
        // A shell that takes the backslash away leaves `C:Users`.
        args.filter((arg) => !arg.startsWith('/')).map((arg) => arg.replace(/^([A-Za-z]:)(?=\w)/, '$1\\')),
        'deletes',
      )
    : []
}

/** Tests that narrow a search down to what was meant. */
const narrowing =
  /^-(i?name|i?path|i?wholename|i?regex|newer\w*|[mca]time|[mca]min|size|empty|user|group|perm|links|inum|nouser|nogroup|samefile|prune|uid|gid|xtype)$/

/** `-name '*'` narrows nothing. */
function isNarrowing(arg: string, next: string | undefined): boolean {
  return narrowing.test(arg) && !(next === '*' && arg.endsWith('name'))
}

/** `find /srv ! -name keep -delete` takes all but one thing; where one stands that is tidying up. */
function isAllBut(args: readonly string[], at: number): boolean {
  return (
    /^[/~]/.test(args[0] ?? '') &&
    /^(?:!|-not)$/.test(args[at - 1] ?? '') &&
    /^-(?:i?name|i?path|i?regex)$/.test(args[at] ?? '')
  )
}

function search({ name, args }: Invocation): readonly Finding[] {
  const exec = args.findIndex((arg) => /^(-exec|-execdir|-x|-X|--exec)$/.test(arg))
  const words = exec < 0 ? [] : args.slice(exec + 1).map((word) => word.split('/').at(-1) ?? '')
  const program = words.find((word) => !/^(sudo|env|command|busybox|nice|ionice|doas)$/.test(word)) ?? ''
  if (/^(?:chmod|chown)$/.test(program)) return changedRights(args, words)
  const deletes =
    ownWords(args).includes('-delete') ||
    /^(rm|shred|unlink)$/.test(program) ||
    words.includes('truncate') ||
    words.includes('dd') ||
    (/^\w*sh$/.test(program) && words.some((word) => emptiesEach.test(word)))
  if (!deletes) return []
  // Links leave what they point at, and a folder that holds something is not deleted by `-delete`.
  const kind = args[args.indexOf('-type') + 1] ?? ''
  if (args.includes('-type') && (kind === 'l' || (kind === 'd' && program === ''))) return []
  const isNarrow =
    (name === 'fd' && !isFdWide(args)) ||
    args.some((arg, index) => isNarrowing(arg, args[index + 1]) && !isAllBut(args, index)) ||
    // What a search of its own picked out: `-exec grep -q … \; -delete`.
    (/^[ef]?grep$/.test(program) &&
      ownWords(args).includes('-delete') &&
      words.some((word) => /^\w.*\w{2}/.test(word) && !word.endsWith('grep')))
  const end = args.findIndex((arg) => arg.startsWith('-') || arg === '(' || arg === '!')
  const roots =
    name === 'fd'
      ? plain(args).filter((arg) => /^[/~]/.test(arg))
      : plain(args.slice(0, end < 0 ? undefined : end))
  if (args.some((arg, index) => arg === '.git' && /^-i?name$/.test(args[index - 1] ?? '')))
    return [finding(NAME, 'destroy.repository', 'high', 'finds and deletes repositories')]
  if (isNarrow) return []
  return lossOf(roots.length === 0 ? ['.'] : roots, 'finds and deletes')
}

/** `find / -exec chmod 777 {} ;`: what `chmod -R` does, by another way. */
function changedRights(args: readonly string[], words: readonly string[]): readonly Finding[] {
  const isWide =
    words.some((word) => /^(?:[0-7]?77[67]|0{1,4}|a\+rwx)$/.test(word)) || words.includes('chown')
  const isNarrow = args.some((arg, index) => isNarrowing(arg, args[index + 1]))
  return isWide && !isNarrow && placeOf(args[0] ?? '') === 'root'
    ? [finding(NAME, 'destroy.permissions', 'critical', 'changes every permission of the system')]
    : []
}

/** A pattern that everything matches, in a place that is named. */
function isFdWide(args: readonly string[]): boolean {
  if (args.some((arg) => /^(-e|--extension|--changed-\w+|-S|--size)/.test(arg))) return false
  const exec = args.findIndex((arg) => /^(-x|-X|--exec|--exec-batch)$/.test(arg))
  const words = args
    .slice(0, exec < 0 ? undefined : exec)
    .filter((arg, index) => !arg.startsWith('-') && !/^-[teE]$/.test(args[index - 1] ?? ''))
  const pattern = words.find((arg) => !/^[/~]/.test(arg)) ?? '.'
  return /^(\.|\.\*|\*|)$/.test(pattern) && words.some((arg) => /^[/~]/.test(arg))
}

/** A shell that removes or writes over each file it is given. */
const emptiesEach = /\b(?:rm|shred)\s.*\$|(?:^|[^0-9&>])>\s*["']?\$[1@{]/

/** The words of find itself, without those of the programs it runs. */
function ownWords(args: readonly string[]): readonly string[] {
  let isInside = false
  return args.filter((arg) => {
    if (/^-(exec|execdir|ok|okdir)$/.test(arg)) isInside = true
    const isOwn = !isInside
    if (arg === ';' || arg === '+') isInside = false
    return isOwn
  })
}

function moved({ args }: Invocation): readonly Finding[] {
  const folder = args.findIndex((arg) => /^(-t|--target-directory)$/.test(arg))
  const joined = args.some((arg) => arg.startsWith('--target-directory='))
  const words = plain(args)
  // The folder may be named first: then all the rest is moved.
  const paths =
    folder >= 0 ? [...words.filter((word) => word !== args[folder + 1]), ''] : joined ? [...words, ''] : words
  if (paths.at(-1) === '/dev/null')
    return [finding(NAME, 'destroy.moved', 'critical', `moves ${shown(paths[0] ?? '')} into /dev/null`)]
  return paths.slice(0, -1).flatMap((path) => {
    const place = placeOf(path)
    return place === 'root' ||
      place === 'system' ||
      isLibrary(path) ||
      (place === 'home' && !path.startsWith('~'))
      ? [finding(NAME, 'destroy.system', 'critical', `moves ${shown(path)} away`)]
      : []
  })
}

/** A link to nothing in place of a file that the machine needs; units are switched off so. */
function linkedOver({ args }: Invocation): readonly Finding[] {
  const [target = '', ...names] = plain(args)
  if (target !== '/dev/null' || !hasFlag(args, /f/, '--force')) return []
  return names.flatMap((path) => {
    const isVital =
      placeOf(path) === 'system' || isLibrary(path) || (isSetting(path) && !path.includes('/systemd/'))
    return isVital ? [finding(NAME, 'destroy.system', 'high', `puts nothing in place of ${shown(path)}`)] : []
  })
}

/** `rsync --delete /empty/ target/` empties a tree. */
function mirrored({ args }: Invocation): readonly Finding[] {
  if (!args.some((arg) => /^--del(ete\S*)?$/.test(arg))) return []
  const words = plain(args)
  const target = words.at(-1) ?? ''
  const place = placeOf(target)
  if (place === 'root' || place === 'system' || place === 'home')
    return [finding(NAME, 'destroy.system', 'critical', `mirrors over ${shown(target)} and deletes the rest`)]
  // What a build makes anew is emptied so because it is quick.
  if (/(?:^|\/)(?:build|dist|out|target|coverage|node_modules|\.?cache|te?mp)\/?$/.test(target)) return []
  return words.length === 2 && /(^|\/)\.?(empty|blank|nothing|null)([-_]?dir)?\/?$/i.test(words[0] ?? '')
    ? [finding(NAME, 'destroy.outside', 'medium', `empties ${shown(target)}`)]
    : []
}
