import type { Finding } from '../../../finding.ts'
import { finding, shown } from '../detector.ts'
import { unconcerned } from '../dispatch.ts'
import { placeOf } from '../paths.ts'
import type { Invocation } from '../shell/model.ts'
import { hasFlag, lossOf, plain } from './files.ts'
import { isHistory, isKey, isLibrary, isPersonalFile, isSetting } from './vital.ts'

const NAME = 'destruction'

/** Files that stay where they are and lose what is in them: emptied, written over, packed away, edited down to nothing. */
export function contentLoss(invocation: Invocation): readonly Finding[] {
  switch (invocation.name) {
    case 'truncate':
      return truncated(invocation)
    case 'zip':
    case 'tar':
    case '7z':
    case '7za':
    case '7zr':
      return packedAway(invocation)
    case 'gzip':
    case 'bzip2':
    case 'xz':
    case 'zstd':
      return packedInPlace(invocation)
    case 'cp':
    case 'tee':
      return overwritten(invocation)
    case 'fallocate':
      return invocation.args.some((arg) => /^(?:-l|--length=?)?\d+(?:\.\d+)?[TPE](?:i?B)?$/i.test(arg))
        ? [finding(NAME, 'destroy.filled', 'medium', 'fills the disk')]
        : []
    case 'sed':
    case 'gsed':
    case 'perl':
    case 'ed':
    case 'ex':
    case 'vi':
    case 'vim':
    case 'nvim':
      return editedAway(invocation)
    default:
      return unconcerned
  }
}

function truncated({ args }: Invocation): readonly Finding[] {
  const isEmptied = args.some(
    (arg, index) => /^(-s|--size=?)0?$/.test(arg) && (arg.endsWith('0') || args[index + 1] === '0'),
  )
  if (!isEmptied) return []
  return plain(args)
    .filter((arg) => arg !== '0')
    .flatMap((path) => {
      const place = placeOf(path)
      if (isPersonalFile(path))
        return [finding(NAME, 'destroy.personal', 'medium', `empties a file of a person: ${shown(path)}`)]
      const isKept = /^\/(var\/(lib|spool|mail)|etc|boot|srv)\//.test(path)
      return place === 'device' || place === 'system'
        ? [finding(NAME, 'destroy.system', 'critical', `empties ${shown(path)}`)]
        : [finding(NAME, 'destroy.emptied', isKept ? 'medium' : 'low', `empties ${shown(path)}`)]
    })
}

/** Packed, and then gone from where it was. */
function packedAway({ name, args }: Invocation): readonly Finding[] {
  const isMoved = name.startsWith('7z')
    ? args.includes('-sdel')
    : name === 'zip'
      ? args.some((arg) => /^-\w*m\w*$|^--move$/.test(arg))
      : args.includes('--remove-files')
  if (!isMoved) return []
  return lossOf(plain(args), 'packs and deletes').map((each) => ({ ...each, severity: 'medium' }))
}

function overwritten({ name, args }: Invocation): readonly Finding[] {
  const words = plain(args)
  const targets = name === 'tee' ? words : words.length > 1 ? words.slice(-1) : []
  if (name === 'tee' && args.some((arg) => /^-a|^--append/.test(arg))) return []
  return targets.flatMap((path) => {
    if (path === '/proc/sysrq-trigger') return [finding(NAME, 'destroy.halt', 'critical', 'halts the kernel')]
    if (placeOf(path) === 'device' && name !== 'cp')
      return [finding(NAME, 'destroy.device', 'critical', `writes over ${shown(path)}`)]
    if (words[0] === '/dev/null' && name === 'cp' && words.length === 2)
      return [
        finding(
          NAME,
          'destroy.emptied',
          /^[\w./-]*\.(?:log|out|txt|tmp)$/.test(path) && !path.startsWith('/') ? 'low' : 'medium',
          `empties ${shown(path)}`,
        ),
      ]
    return placeOf(path) === 'device'
      ? [finding(NAME, 'destroy.device', 'high', `writes over ${shown(path)}`)]
      : []
  })
}

/** Each file below becomes another, which nothing that reads the old one finds: `gzip -r /etc`. */
function packedInPlace({ args }: Invocation): readonly Finding[] {
  if (args.some((arg) => /^(?:-\w*[dclkt]\w*|--(?:decompress|stdout|to-stdout|list|keep|test))$/.test(arg)))
    return []
  return plain(args).flatMap((path) =>
    isLibrary(path) ||
    (/^(?:root|system|home)$/.test(placeOf(path)) &&
      (hasFlag(args, /r/, '--recursive') || path.includes('*')))
      ? [finding(NAME, 'destroy.system', 'high', `packs everything under ${shown(path)}`)]
      : [],
  )
}

/** Scripts that leave no line: `sed -i d`, `perl -pi -e '$_=""'`, `vim -es -c '%d'`. */
const everyLine =
  /^(?:1,\$|%|,|\$!?|\/\.?\*?\/)?\s*d$|^(?:1,\$|%|g)?\/?s?\/(?:\^)?\.\*\$?\/\/?(?:g|d)?$|^\s*(?:undef\s+\$_|\$_\s*=\s*(?:""|''|q\(\)|undef))\s*;?$|^\+?%d(?:elete)?$/

function editedAway({ name, args, input }: Invocation): readonly Finding[] {
  const isInPlace =
    !/^(?:g?sed|perl)$/.test(name) || args.some((arg) => /^(?:-[a-zA-Z0-9]*i\S*|--in-place\S*)$/.test(arg))
  const isEmptied =
    args.some((arg) => everyLine.test(arg)) || (name === 'ed' && /^(?:1?,\$?|%)d$/m.test(input ?? ''))
  if (!isInPlace || !isEmptied) return []
  return plain(args).flatMap((path) => emptied(path, 'edits away'))
}

/** What must not be empty: a file that sets something for the machine, a part of a repository, a key, what a person wrote. */
function emptied(path: string, verb: string): readonly Finding[] {
  if (isSetting(path) || placeOf(path) === 'system')
    return [finding(NAME, 'destroy.system', 'high', `${verb} all of ${shown(path)}`)]
  if (isHistory(path)) return [finding(NAME, 'destroy.repository', 'high', `${verb} all of ${shown(path)}`)]
  return isKey(path) || isPersonalFile(path) || isStore(path)
    ? [finding(NAME, 'destroy.emptied', 'medium', `${verb} all of ${shown(path)}`)]
    : []
}

/** A database in a file, or what a service keeps where services do. */
const isStore = (path: string) =>
  /^\/(?:var\/(?:lib|spool|mail)|srv)\/./.test(path) ||
  /\.(?:sqlite3?|db|mdf|ibd|ldf|kdbx|wallet|pst|mbox)$/.test(path)

/** `true > file`, `: > file`: a redirection by what prints nothing. */
export function emptiedByRedirection(path: string): readonly Finding[] {
  return isStore(path) || isKey(path) || isPersonalFile(path) || isSetting(path)
    ? emptied(path, 'empties')
    : []
}
