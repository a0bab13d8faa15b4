import { nameIs } from '../detector.ts'
import { wordMark } from '../dispatch.ts'
import { leavesFilesAlone, pathLiterals, pathsIn } from '../path-words.ts'
import { placeOf } from '../paths.ts'
import type { Invocation } from '../shell/model.ts'
import { logsInWith, showsNoValue, typesIn } from './own-use.ts'
import { type SecretFile, secretFile } from './secret-files.ts'

export type SecretRead = { readonly path: string; readonly secret: SecretFile }

/** Programs that show, copy or carry away what a file holds, every one of its words a file. */
const readers = new Set(
  'cat tac less more head tail nl od xxd hexdump strings base64 base32 bat view vi vim nano emacs cp mv scp rsync sftp tar zip 7z gzip bzip2 xz dd awk gawk sed grep egrep fgrep rg cut sort uniq tee curl wget nc ncat socat paste column fold rev pr diff cmp openssl gpg jq yq python python3 perl ruby node unshadow john hashcat source . xargs wc split install ln sqlite3 type Get-Content gc copy plutil read mapfile'.split(
    ' ',
  ),
)
/** Takes what follows as something to log in or be set up with. */
const usesOption =
  /^-{1,2}(i|K|key\S*|identity\S*|private-?key\S*|kube-?config|cert\S*|conf(ig)?(-file|-dir)?|creds?|credentials?\S*|env-?file|netrc-file|password-file|pass(word)?-?file|token-?file|key-?file|ssl\S*|tls\S*|cacert|auth-?file|defaults(-extra)?-file|user-data-dir|profile(-directory)?|volume|v|mount|homedir|i?name|i?path)$/i
/** Clients that take their orders on standard input; what `cat` is fed is only text. */
const obeysInput =
  /^(sqlite3|mysql|mariadb|psql|gdb|lldb|jjs|jshell|octave|R|Rscript|ex|ed|gnuplot|m4|groff|troff|s?ftp|cpio|pax)$/
/** In these the words are patterns, texts or addresses, where a path is talked about and not read. */
const talks = nameIs(
  /^(e|f|z)?grep$|^rg$|^ag$|^ack$|^sed$|^g?awk$|^jq$|^yq$|^curl$|^wget$|^xargs$|^expr$|^logger$/,
)
/** Take in a secret and give out what only its owner can open. */
const seals = /^(kubeseal|sops|age|rage|ansible-vault)$/
const searchers = nameIs(/^(grep|egrep|fgrep|rg|awk|gawk|sed|jq)$/)
const carriesAway = nameIs(
  /^(cat|tac|head|tail|less|more|nl|od|xxd|hexdump|strings|base(64|32)|rev|paste|curl|wget|nc|ncat|socat|scp|rsync|sftp|tar|zip|7z|Get-Content|gc|type|xargs|tee)$/,
)
const ofSystem = /^\/(etc|usr|opt|srv|var\/(lib|opt))\//
const none: readonly SecretRead[] = []

/** Names a secret whatever else is there: where the text goes to a folder first, any word may. */
const secretWord = wordMark((word) => pathsIn(word).some((path) => secretAt(path, undefined) !== undefined))

/** The secrets among what an invocation reads. */
export function secretsRead(invocation: Invocation): readonly SecretRead[] {
  const { name, args, streams, cwd, marks, input } = invocation
  if (cwd === undefined && input === undefined && streams.stdin.kind !== 'file' && (marks & secretWord) === 0)
    return none
  const stdin = streams.stdin.kind === 'file' && !seals.test(name) ? [streams.stdin.path] : []
  const reads: SecretRead[] = []
  const words = readers.has(name) ? args : []
  const isSearch = searchers(name)
  for (const [index, path] of [...words, ...stdin].entries()) {
    // The pattern of a search is no path.
    const isPattern = isSearch && stdin.length === 0 && args.length > 1
    if (isPattern && path === args.find((arg) => !arg.startsWith('-'))) continue
    // `-e "ssh -i key"` logs in with the key.
    if (/^\S*ssh\s/.test(path) && name !== 'ssh') continue
    const secret = secretAt(path, cwd)
    if (secret === undefined || isBeside(invocation, path)) continue
    if (index < words.length ? logsInWith(invocation, index) : typesIn(invocation, secret)) continue
    if (secret.fact === 'settings' && showsNoValue(invocation, path)) continue
    if (name === 'openssl' && /^-(key)?out$/.test(words[index - 1] ?? '')) continue
    // Loading settings is what they are for; showing them is another matter.
    if (
      name === 'gpg' &&
      /^(settings|named)$/.test(secret.fact) &&
      args.some((arg) => /^(-c|-e|-\w*[ce]|--symmetric|--encrypt)$/.test(arg))
    )
      continue
    if (
      /^(settings|named)$/.test(secret.fact) &&
      /^(source|\.|cp|mv|copy|ln|install|sed|tee)$/.test(name) &&
      !(name === 'sed' && args.includes('-n')) &&
      !(/^(cp|mv|install)$/.test(name) && placeOf(args.at(-1) ?? '') === 'temporary')
    )
      continue
    // From one folder of the system into another it stays where it was.
    if (
      secret.severity !== 'high' &&
      /^(cp|mv|install|rsync)$/.test(name) &&
      ofSystem.test(args.at(-1) ?? '')
    )
      continue
    // What a key is for: to sign, to prove who one is, to be put beside its certificate.
    if (
      secret.fact === 'key-file' &&
      (!carriesAway(name) ||
        usesOption.test(words[index - 1] ?? '') ||
        /^--?key$/.test(words[index - 1] ?? ''))
    )
      continue
    if (!isWriteTarget(invocation, path)) reads.push({ path, secret })
  }
  return reads.length > 0 || leavesFilesAlone(invocation)
    ? reads
    : [...byAnyProgram(invocation), ...onInput(invocation)]
}

/**
 * Whatever program is handed the file of a secret could show it: `date -f`, `ar`, `nmap -iL` and some two hundred more
 * do (GTFOBins, file read). So all count but those known to leave it alone; and only for what is a secret for certain.
 */
function byAnyProgram({ name, args, cwd }: Invocation): readonly SecretRead[] {
  if (readers.has(name) || talks(name)) return none
  const reads: SecretRead[] = []
  for (const [index, arg] of args.entries()) {
    // A name below a folder of secrets need not look like a path.
    if (cwd === undefined && !couldBePath.test(arg)) continue
    for (const path of pathsIn(arg)) {
      const secret = secretAt(path, cwd)
      if (secret?.severity !== 'high') continue
      // An image that is a program itself gets its options first: `docker run … IMAGE --kubeconfig FILE`.
      const before = args[index - 1] ?? (name.startsWith('-') ? name : '')
      const isUse = usesOption.test(before) || usesOption.test(arg.replace(/=.*$/s, ''))
      if (isUse && secret.fact !== 'hashes') continue
      reads.push({ path, secret })
      break
    }
  }
  return reads
}

function onInput({ name, input }: Invocation): readonly SecretRead[] {
  if (input === undefined || !obeysInput.test(name)) return none
  return input.split(/[\s"'()<>]+/).flatMap((path) => {
    const secret = secretAt(path, undefined)
    return secret?.severity === 'high' ? [{ path, secret }] : []
  })
}

/** Literals of a program in another language that are nothing but the path of a secret. */
export function secretLiterals(code: string): readonly SecretRead[] {
  return pathLiterals(code).flatMap((path) => {
    const secret = secretFile(path)
    return secret?.severity === 'high' ? [{ path, secret }] : []
  })
}

/** What every path of a secret has; a look before the work on the word. */
const couldBePath = /[./\\]|id_|Login|Cookies/

/** A word as a program takes it: `@file`, `if=file`, `file:path?mode=ro`, or a name below where it runs. */
function secretAt(word: string, cwd: string | undefined): SecretFile | undefined {
  if (cwd === undefined && !couldBePath.test(word)) return undefined
  const path = word
    .replace(/^@|^[a-zA-Z_-]+=@?/, '')
    .replace(/^file:(\/\/)?/, '')
    .replace(/\?[\w=&]*$/, '')
    .replace(/^\/{2,}/, '/')
  const isBelow = cwd !== undefined && path !== '' && !/^[-/~$]|^[A-Za-z]:/.test(path)
  return secretFile(path) ?? (isBelow ? secretFile(`${cwd}/${path.replace(/^\.\//, '')}`) : undefined)
}

/** `cp config config.backup`: the copy is where the secret was. */
function isBeside({ name, args }: Invocation, path: string): boolean {
  const target = args.at(-1) ?? ''
  return (
    (name === 'cp' || name === 'mv') &&
    target.startsWith(`${path}.`) &&
    !target.slice(path.length).includes('/')
  )
}

/** The last word of a copy is where it goes, not what is read. */
function isWriteTarget({ name, args }: Invocation, path: string): boolean {
  if (!/^(cp|mv|copy|install|ln|tee|rsync|scp|tar)$/.test(name))
    return name === 'curl' && args[args.indexOf(path) - 1] === '-o'
  if (name === 'tee') return true
  return args.length > 1 && args.at(-1) === path && name !== 'tar'
}
