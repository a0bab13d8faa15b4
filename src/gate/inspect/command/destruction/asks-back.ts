import type { Finding } from '../../../finding.ts'
import type { Invocation } from '../shell/model.ts'

// What a command of destruction does by itself: many clients ask a person first, and do nothing when nobody answers;
// some only delete what is empty. Manuals of each say so. What takes a whole estate with it (`terraform destroy`, a
// project, a repository, a volume) is worth a question of its own all the same: an answer is quickly typed.
// Told not to ask, or answered by a pipe, they are what they seem.

type Asks = {
  /** Words that say which of its orders it asks about. */
  readonly about: RegExp
  /** Options that keep it from asking. */
  readonly unless: RegExp
}

const yes = /^(-y|--yes|-f|--force|-q|--quiet)(=true)?$/
const asks = (about: RegExp, unless: RegExp = yes): Asks => ({ about, unless })
const removal = /\b(?:delete|destroy|remove|rm)\b/
const clients: Readonly<Record<string, Asks>> = {
  pulumi: asks(/\b(?:stack|env) rm\b/, /^(-y|--yes|-f)$/),
  gcloud: asks(/^(?!projects |pubsub |dns record-sets )(?=.*\bdelete\b)/),
  doctl: asks(/\b(?:delete|d|rm)\b/),
  az: asks(
    /^(?:vm|vmss|storage account|container|acr(?: repository)?|redis|sql (?:db|server)|(?:mysql|postgres)(?: flexible-server| server)?|cosmosdb|aks|appconfig) (?:\w+ )?delete\b/,
  ),
  doppler: asks(removal),
  glab: asks(/^release delete\b/),
  gh: asks(/^release delete\b/),
  sqlx: asks(/\bdatabase (?:drop|reset)\b/),
  // One name for two clients, of Concourse and of fly.io; both ask.
  fly: asks(/\bdestroy(?:-pipeline)?\b/, /^(-y|--yes|-n|--non-interactive)$/),
  flyctl: asks(/\bdestroy\b/),
  heroku: asks(/\b(?:apps|addons):destroy\b|\bpg:reset\b/, /^(-c|--confirm)/),
  vercel: asks(removal),
  netlify: asks(/:delete\b/),
  wp: asks(/\bdb (?:drop|reset)\b|\bsite empty\b/),
  drush: asks(/\bsql-drop\b/),
}

/** Nothing happens unless somebody answers, and nobody does in this text. */
function isAsked({ name, args, streams, input }: Invocation): boolean {
  const client = Object.hasOwn(clients, name) ? clients[name] : undefined
  if (client === undefined || input !== undefined || streams.stdin.kind !== 'inherited') return false
  return client.about.test(wordsOf(args).join(' ')) && !args.some((arg) => client.unless.test(arg))
}

/** A word typed for it, or `yes` without end: what asks back is answered. */
export function isAnswered({ input, pipeline, stage }: Invocation): boolean {
  if (input !== undefined) return /^\s*y(?:es)?\b/i.test(input)
  return stage > 0 && (pipeline.stages[stage - 1] ?? []).some(({ name }) => name === 'yes')
}

/** Buckets and repositories that hold something stay, unless forced. */
const forced = /^(--force|--recursive|-r|-f|--dangerous|--yes)(=true)?$/
const emptyOnly = new Map<string, RegExp>([
  ['aws', /^(?:s3 rb|s3api delete-bucket|ecr delete-repository|efs delete-file-system)\b/],
  ['gsutil', /^rb\b/],
  ['mc', /^rb\b/],
  ['s3cmd', /^rb\b/],
  ['linode-cli', /^(?:object-storage|obj) (?:buckets delete|rb)\b/],
])

const isEmptyOnly = ({ name, args }: Invocation): boolean =>
  emptyOnly.get(name)?.test(wordsOf(args).join(' ')) === true && !args.some((arg) => forced.test(arg))

/** One object or row by its name: what `rm file` is on a disk. */
const oneOnly = ({ name, args }: Invocation): boolean =>
  (name === 'aws' && args.includes('delete-item') && args.includes('dynamodb')) ||
  (name === 'az' && /^storage (?:blob|entity|file|message) delete$/.test(wordsOf(args).slice(0, 3).join(' ')))

const WORDS_MAX = 8

function wordsOf(args: readonly string[]): readonly string[] {
  return args
    .filter(
      (arg, index) =>
        !arg.startsWith('-') &&
        !/^--?(?:profile|region|project|context|target|output|subscription|cwd|chdir|stack|s|C)$/.test(
          args[index - 1] ?? '',
        ),
    )
    .slice(0, WORDS_MAX)
}

/** The same findings, noted only, where the command by itself destroys nothing that is of use. */
export function weighed(findings: readonly Finding[], invocation: Invocation): readonly Finding[] {
  if (findings.length === 0 || !(isAsked(invocation) || isEmptyOnly(invocation) || oneOnly(invocation)))
    return findings
  return findings.map((each) =>
    /^destroy\.(?:service|storage)$/.test(each.fact) && each.severity !== 'critical'
      ? { ...each, severity: 'low' }
      : each,
  )
}
