import { nameIs } from '../detector.ts'
import { wordMark } from '../dispatch.ts'
import type { Invocation } from '../shell/model.ts'

// What only asks: for help, for a version, or for what would happen. A word of that kind counts where it is an option of
// this program's own; the value of another option (`git clean -e --dry-run -f`) and a file's name behind `--` are not.

const asking =
  /^(?:--?help|-h|help|\/\?|--version|--?dry[-_]?run(?:=(?:true|client|server|yes|1))?|--assume-?no|--simulate|--just-print|--no-act|--noop|--preview-only|--?[Ww]hat-?[Ii]f|--pretend|--list-tasks|--syntax-check)$/

/** Said in a letter by these alone. */
const dryLetter = /^-[a-zA-Z]*n[a-zA-Z]*$/
const tries = nameIs(/^(?:rsync|wipefs|gsutil|rclone|restic|borg|make|s5cmd)$/)

const askingWord = wordMark((word) => asking.test(word) || dryLetter.test(word))

/** Words of other programs stand among those of these. */
const handsOn = nameIs(/^(?:find|fd|ssh|xargs|parallel|watch|echo|printf)$/)
/** Ask with a word that means something else to others: `psql -h db`, `chown -h`, `shutdown -h now`. */
const shortHelp = nameIs(
  /^(?:vault|terraform|tofu|terragrunt|consul|nomad|packer|helm|kubectl|oc|docker|podman|git|az|fly|flyctl|gcloud|hcloud|doctl|pulumi|cdk|restic|rclone|velero|gh|glab|npm|cargo|vercel|netlify|wrangler|supabase|vagrant|pip3?|eksctl|kops|argocd|flux|etcdctl|wal-g|borg|pm2|juju|incus|lxc)$/,
)
const wordHelp = nameIs(
  /^(?:aws|linode-cli|go|fossil|svn|hg|p4|rclone|velero|tmutil|tsh|fastboot|wsk|gsutil)$/,
)

/** Options that take the next word, whatever it looks like. */
const valued =
  /^--(?:exclude|include|message|name|filter|comment|description|labels?|tags?|reason|profile|region|namespace|context|project|config|output|user|host|url|title|body|push-option|exclude-from|receive-pack|author|date)$/
const shortValued: Readonly<Record<string, RegExp>> = {
  git: /^-[ecCom]$|^-[a-zA-Z]*[em]$/,
  rsync: /^-[efBTM]$|^--(?:rsh|suffix|backup-dir|files-from|log-file|chmod|rsync-path)$/,
  tar: /^-[CTX]$/,
  kubectl: /^-[nl]$/,
  helm: /^-n$/,
  curl: /^-[HdXAeuo]$/,
  docker: /^-[Hevw]$/,
}
/** A name behind `--` is a file or a branch; behind that of others stand words for the program they start. */
const endsOptions = nameIs(
  /^(?:git|g?rm|rmdir|mv|cp|ln|shred|truncate|chmod|chown|chgrp|rsync|tar|srm|unlink|wipe)$/,
)

export function asksForHelp({ name, args, marks }: Invocation): boolean {
  if ((marks & askingWord) === 0 || handsOn(name)) return false
  const dashes = endsOptions(name) ? args.indexOf('--') : -1
  const own = dashes < 0 ? args : args.slice(0, dashes)
  const isTrying = tries(name)
  return own.some(
    (arg, at) =>
      (asking.test(arg) || (isTrying && dryLetter.test(arg))) &&
      !isValue(name, own[at - 1]) &&
      isMeant(name, arg, own, at),
  )
}

function isValue(name: string, before: string | undefined): boolean {
  if (before?.startsWith('-') !== true) return false
  return valued.test(before) || (Object.hasOwn(shortValued, name) && shortValued[name]?.test(before) === true)
}

function isMeant(name: string, arg: string, args: readonly string[], at: number): boolean {
  const isLast = at === args.length - 1
  switch (arg) {
    case '--version':
      // With a word of its own behind it, it says which version: `cargo yank --version 1.2.3 crate`.
      return at === 0 || isLast || args[at + 1]?.startsWith('-') === true
    case '-h':
      return isLast && shortHelp(name)
    case 'help':
      return (isLast || at === 0) && wordHelp(name)
    default:
      return true
  }
}
