import type { Invocation, Reading } from '../shell/model.ts'
import type { SecretFile } from './secret-files.ts'

/** Options whose value a client reads to log in, set itself up or check the other side, and never sends as a file. */
type Options = { readonly before: RegExp; readonly joined: RegExp }

const shells: Options = {
  before: /^-\w*[iF]$/,
  joined:
    /^(?:-\w*o\s*)?(IdentityFile|CertificateFile|IdentityAgent|UserKnownHostsFile|PKCS11Provider)[= ]|^-[iF]\S/i,
}
const clients: Readonly<Record<string, Options>> = {
  scp: shells,
  sftp: shells,
  rsync: { before: /^--password-file$/, joined: /^--password-file=|^(-\w*e|--rsh=)\s*\S*ssh\s/ },
  curl: {
    before: /^(-E|--(proxy-)?(cert|key|cacert|capath)|--netrc-file|-K|--config)$/,
    joined: /^--((proxy-)?(cert|key|cacert|capath)|netrc-file|config)=/,
  },
  wget: {
    before: /^--(certificate|private-key|ca-certificate|load-cookies|config)$/,
    joined: /^--(certificate|private-key|ca-certificate|load-cookies|config)=/,
  },
  rclone: { before: /^--config$/, joined: /^--config=/ },
  s3cmd: { before: /^(-c|--config)$/, joined: /^--config=/ },
  mc: { before: /^(-C|--config-dir)$/, joined: /^--config-dir=/ },
  smbclient: { before: /^(-A|--authentication-file)$/, joined: /^--authentication-file=/ },
  gcloud: { before: /^--(key-file|credential-file-override)$/, joined: /^--(key-file|cred\S*)=/ },
}

/** `scp -i key …`, `curl --cert me.pem …`: what the program proves itself with stays on this machine. */
export function logsInWith({ name, args }: Pick<Invocation, 'name' | 'args'>, index: number): boolean {
  if (isLeftOut(name, args, index)) return true
  const options = Object.hasOwn(clients, name) ? clients[name] : undefined
  if (options === undefined) return false
  return options.before.test(args[index - 1] ?? '') || options.joined.test(args[index] ?? '')
}

/** `rsync --exclude .env`, `tar --exclude=.env`, `zip -r a.zip . -x .env`: what does not go along. */
function isLeftOut(name: string, args: readonly string[], index: number): boolean {
  const option = /^--(exclude|ignore)[\w-]*/
  const word = args[index] ?? ''
  if (word.startsWith('-')) return option.test(word)
  if (option.test(args[index - 1] ?? '') && !(args[index - 1] ?? '').includes('=')) return true
  if (name !== 'zip') return false
  const before = args.slice(0, index).findLast((arg) => arg.startsWith('-'))
  return before === '-x'
}

const asksForPassword = /^--(password|token|pass|key)-stdin$|^--with-token$/

/** `docker login --password-stdin < file`. Keys and hashes are no passwords for anybody else to check. */
export function typesIn({ args }: Invocation, { fact }: SecretFile): boolean {
  return !/^(private-key|hashes|browser|wallet)$/.test(fact) && args.some((arg) => asksForPassword.test(arg))
}

/** `cut -d= -f1 .env`, `grep -q KEY .env`, `node --env-file=.env`: the names, a count, or what a program is started with. */
export function showsNoValue({ name, args }: Invocation, path: string): boolean {
  switch (name) {
    case 'wc':
      return true
    case 'grep':
    case 'egrep':
    case 'fgrep':
    case 'rg':
      return args.some((arg) =>
        /^-[a-zA-Z]*[qclL]$|^--(quiet|silent|count|files-with(out)?-match(es)?)$/.test(arg),
      )
    case 'cut':
      return /(^| )(-d ?|--delimiter=)= (.* )?(-f ?|--fields=)1( |$)/.test(args.join(' '))
    case 'awk':
    case 'gawk':
      return /(^| )-F ?= /.test(args.join(' ')) && args.some((arg) => /^\{ *print \$1 *\}$/.test(arg))
    case 'sed':
      return args.some((arg) => /^s([/|,#])=\.\*\1=?\1g?$/.test(arg))
    default:
      return /^--env-file(-if-exists)?=/.test(path)
  }
}

/** Programs whose business is to take a secret in: sealed, or put into the cluster or store that it is for. */
function takesIn({ name, args }: Invocation): boolean {
  switch (name) {
    case 'kubeseal':
    case 'paperkey':
      return true
    case 'kubectl':
    case 'oc':
      return /^(apply|create|replace)$/.test(args[0] ?? '') && args.includes('-')
    case 'docker':
    case 'podman':
      return args[0] === 'secret' && args[1] === 'create' && args.at(-1) === '-'
    default:
      return false
  }
}

const keepers = /^(export|declare|local|readonly|typeset)$/

/**
 * `export KEY=$(op read …)`, and nothing else in the text that could show it: how a tool is handed its own key. What is
 * done with the variable later is judged there, by its name.
 */
export function isPutAside(invocation: Invocation, reading: Reading): boolean {
  if (reading.assignments.length === 0 && !reading.invocations.some(({ name }) => keepers.test(name)))
    return false
  const inside = reading.origins.flatMap((origin) => (origin.kind === 'output' ? origin.pipelines : []))
  if (!inside.includes(invocation.pipeline)) return false
  return reading.invocations.every(
    (each) =>
      (inside.includes(each.pipeline) && each.redirections.length === 0) ||
      (keepers.test(each.name) && each.args.every((arg) => /^[A-Za-z_]\w*(=|$)/.test(arg))),
  )
}

/** Shown to nobody: thrown away, or handed in a pipe to what takes secrets in. */
export function isKeptIn({ streams, pipeline, stage }: Invocation): boolean {
  if (streams.stdout.kind === 'file' && streams.stdout.path === '/dev/null') return true
  const last = pipeline.stages.length > stage + 1 ? pipeline.stages.at(-1) : undefined
  return last !== undefined && last.length > 0 && last.every(takesIn)
}
