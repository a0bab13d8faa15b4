import type { Finding } from '../../../finding.ts'
import { finding, nameIs, none, shown } from '../detector.ts'
import { unconcerned, wordMark } from '../dispatch.ts'
import type { Invocation } from '../shell/model.ts'

// One grammar for the clients of all services, listed or not: a verb that takes away, and beside it a noun for what a
// service keeps (`thing resource delete NAME`), an option that keeps it from asking, or one that admits what it does.

const NAME = 'destruction'

const lost = (summary: string, severity: Finding['severity'] = 'medium'): readonly Finding[] => [
  finding(NAME, 'destroy.service', severity, summary),
]

/** Managers of what can be installed again, fetched again or made again. */
const everyday = nameIs(
  /^(apt\S*|aptitude|dpkg|dnf|yum|zypper|pacman|yay|paru|rpm|snap|flatpak|brew|port|nix(?!ops)\S*|guix|npm|pnpm|yarn|bun|pip\S*|pipx|uv|poetry|conda|mamba|gem|bundle|cargo|rustup|composer|go|gradle|mvn|dotnet|asdf|mise|sdk|nvm|git|hg|svn|jj|fossil|p4|bzr|ip|route|firewall-cmd|ufw|nmcli|tmux|screen|docker\S*|podman|crictl|vagrant|multipass|limactl|minikube|kind|k3d|colima|find|rm|ssh-add|tar|zip|7z\w*|cp|mv|chmod|find|xargs|sudo|test|echo|printf|grep|sed|awk|make|code|vim|emacs|kubectl|oc|helm|pm2|rc-update|setfacl|metaflac|pueue|VBoxManage|vboxmanage|wine|reg|loginctl|ykman|defaults|eselect|pie|virsh|module|security|ssh|jq|yq|psql|mysql|redis-cli|mongosh?|sqlite3|sqlite-utils|gpg|keyctl|osascript|python\S*|node|ruby|perl|php|awk|sqlcmd|bash|sh|zsh|cat|tee|logger|notify-send|man|apropos|curl|wget|rake|rails|composer|npx|tsx|deno|gradlew|mvnw|bundle|artisan|nx|turbo|just|task)$/,
)

const verbs =
  'delete|destroy|purge|nuke|terminate|wipe|drop|erase|undeploy|deregister|unregister|clear|teardown|decommission|expunge|yank|obliterate|revoke|rebuild'
/** A verb, alone or with its noun: `delete`, `delete-cluster`, `delete_user`, `deletetable`. */
const removal = new RegExp(`^(?:${verbs})(?:all)?(?:[-_]?([a-z][\\w-]*))?$`)
/** Nothing else is ever meant by these. */
const forGood = /^(?:nuke|obliterate|eraseall|expunge)$/
/** Says of a command that nobody is asked any more, or that all goes at once. */
const unasked =
  /^(--yes|--force|-force|-f|--purge|-purge|--recursive|--dangerous|--no-prompts?|--skip-confirmation|--confirm|--no-confirm|--assume-yes|-?-auto-approve|--non-interactive|-y|--all(?:-[a-z]+)?|forced|noprompt|--hard|--(?:purge|destroy|force-delete|remove-all)-(?:objects|data|storage)|--delete-storages?)$/
/** No option is named so that does less. */
const admits =
  /^--?(?:yes-i-\S+|i-(?:know|really|understand|am-sure)\S*|unsafe-\S*(?:remove|delete|purge)\S*|safety=none|nuke|eraseall|(?:delete|destroy|purge|wipe|erase)-all)$/
/**
 * What a service keeps for somebody, and what others rely on. With such a word beside the verb it is a removal at a
 * service, whoever's client it is; without one (`tmux`, `jj tag delete`, `ip route delete`) it is mostly local.
 */
const kept =
  /^(?:[\w]+[-_])*(?:api[-_]?keys?|apis?|apps?|applications?|accounts?|users?|members?|developers?|customers?|orgs?|organi[sz]ations?|teams?|projects?|workspaces?|environments?|envs?|namespaces?|tenants?|products?|services?|functions?|lambdas?|workers?|servers?|machines?|vms?|droplets?|linodes?|instances?|node-?(?:groups?|pools?)|clusters?|databases?|db|tables?|famil(?:y|ies)|schemas?|collections?|ind(?:ex|ices|exes)|buckets?|objects?|blobs?|volumes?|disks?|filesystems?|datasets?|shares?|snapshots?|backups?|archives?|(?:backup|snapshot)-locations?|registr(?:y|ies)|repo(?:s|sitory|sitories)?|releases?|images?|queues?|topics?|streams?|consumers?|subscriptions?|exchanges?|vhosts?|kv|pools?|hosts?|guests?|stanzas?|scopes?|secrets?|credentials?|certificates?|documents?|items?|records?|zones?|domains?|load-?balancers?|listeners?|backends?|dictionar(?:y|ies)|acls?|acl-entry|polic(?:y|ies)|roles?|principals?|monitors?|dashboards?|flags?|segments?|variants?|experiments?|splits?|traffic-types?|configs?|variables?|contexts?|connectors?|pipelines?|deployments?|stacks?|distributions?|entit(?:y|ies)|sites?|channels?|webhooks?|workloads?|models?|controllers?|vaults?|tunnels?|groups?|tokens?|computes?|features?|strateg(?:y|ies)|schedules?|catalogs?|workflows?|nodes?|jobs?|builds?|artifacts?|(?:block-)?storages?|numbers?|histor(?:y|ies)|synthetics|logging|eventdata)$/

const beginsRemoval = new RegExp(
  `\\b(?:${verbs}|rm|remove|down|reset|uninstall|del|kill|archive|prune|unset|unsafe|yes-i|i-)`,
  'i',
)
/** One of these begins a part of a word, or a statement is the word, wherever something is removed. */
const removingWord = wordMark(
  (word) => word.length > 1 && (beginsRemoval.test(word) || (word.includes(' ') && sqlSpoken.test(word))),
)

/** `thing resource delete NAME`, `thing delete resource NAME`, `thing resource:delete NAME`, `pkg.Service/DeleteThing`. */
export function byClient(invocation: Invocation): readonly Finding[] {
  const { name, args, marks } = invocation
  if (everyday(name)) return unconcerned
  const typed = toldSql(invocation)
  if (typed !== undefined) return lost(`${shown(name)} runs ${shown(typed)} on a database`, 'high')
  if ((marks & removingWord) === 0) return none
  const spoken = args.some(isReadOnly)
    ? undefined
    : args.find((arg) => sqlSpoken.test(arg.replace(/^--[a-z-]+=/, '')))
  if (spoken !== undefined) return lost(`${shown(name)} runs ${shown(spoken)} on a database`, 'high')
  if (args.some((arg) => admits.test(arg))) return lost(`${shown(name)} removes, and says that it means it`)
  const isSure = args.some((arg) => unasked.test(arg))
  if (takesTree(args)) return lost(`${shown(name)} deletes stored objects`)
  const words = wordsOf(args)
  if (/^secrets?$/.test(words[0] ?? '') && words[1] === 'unset')
    return lost(`${shown(name)} deletes secrets that nobody can read again`)
  const at = words.findIndex((word) => {
    const noun = removal.exec(word)
    return (
      noun !== null &&
      (noun[1] === undefined || isSure || kept.test(noun[1]) || noun[1] === 'all') &&
      !word.startsWith('revoke-')
    )
  })
  if (at < 0)
    return removedFrom(
      name,
      words,
      args.some((arg) => /^(--yes|-y|--confirm)$/.test(arg)),
      args.some((arg) =>
        /^(-purge|--purge|--silent|--force|--graceful=false|--wipe-mode(=.*)?|--hard)$/.test(arg),
      ),
    )
  const verb = words[at] ?? ''
  if (reads.test(words[0] ?? '') || words.some((word) => trifle.test(word))) return []
  if (isSure || (forGood.test(verb) && words.length > 1) || verb === 'nuke')
    return lost(`${shown(name)} ${shown(verb)} without asking anybody`)
  // A thing of a kind, by its name: `acme keyvaluemaps delete --name m`.
  const isNamed = args.some((arg) => /^--?(?:name|id|[a-z]+-(?:name|id))(?:=|$)/.test(arg))
  if (isNamed && at > 0 && /^(?:delete|destroy)$/.test(verb))
    return lost(`${shown(name)} removes by name: ${shown(words.slice(0, at + 1).join(' '))}`)
  const nouns = [
    ...(/all$/.test(verb) ? ['items'] : []),
    removal.exec(verb)?.[1] ?? '',
    words[at + 1] ?? '',
    ...words.slice(0, at),
    ...(/^(delete|destroy|purge|wipe|erase)/.test(verb) ? named(args) : []),
  ]
  return nouns.some(
    (noun) => kept.test(noun) || (verb === 'revoke' && /^(?:tokens?|lease|grants?)$/.test(noun)),
  )
    ? lost(`${shown(name)} removes what a service keeps: ${shown(words.slice(0, at + 2).join(' '))}`)
    : []
}

/** Made again by itself or in a word. */
const trifle =
  /^(?:caches?|locks?|rules?|assignments?|labels?|alias(?:es)?|bookmarks?|themes?|plugins?|extensions?|prefs?)$/
/** Whatever stands behind these is only looked at. */
const reads =
  /^(?:describe|list|ls|show|get|status|explain|help|info|search|view|inspect|logs?|diff|plan|preview)$/

/** `tool rm -r scheme://bucket/…`: stores of objects are all addressed so. */
const takesTree = (args: readonly string[]) =>
  args.some((arg) => /^(?:rm|rmr|del|delete|remove)$/.test(arg)) &&
  args.some((arg) =>
    /^(?:s3|gs|gcs|oss|cos|obs|b2|r2|swift|dbfs|abfss?|wasbs?|adl|hdfs|ss|minio|azure?)s?:\/{1,3}/.test(arg),
  ) &&
  args.some((arg) => /^-\w*[rR]\w*$|^--recursive$|\/\*{1,2}$/.test(arg))

/** `acme delete --bucket b` says what goes by the name of an option. */
function named(args: readonly string[]): readonly string[] {
  return args.flatMap((arg) => /^--?([a-z][\w-]*?)(?:[-_](?:name|id))?(?:=.*)?$/.exec(arg)?.[1] ?? [])
}

export const isReadOnly = (arg: string) => /^--?(readonly|safe|local)$/.test(arg)
const statement = String.raw`match\s*\(.*\bdetach\s+delete\b|drop\s+(?:table|database|schema|keyspace|collection|measurement|series|bucket)\s+["\x60\w]|truncate\s+table\s+["\x60\w]|delete\s+from\s+["\x60\w.]+\s*;?\s*$`
/** A statement handed to a client that nobody has listed. */
export const sqlSpoken = new RegExp(`^\\s*(?:${statement})`, 'i')
const sqlLine = new RegExp(sqlSpoken.source, 'im')

/** The same on standard input, of what calls itself a client of a database or is told to run it. */
function toldSql({ name, args, input }: Invocation): string | undefined {
  if (input === undefined || !sqlLine.test(input) || args.some(isReadOnly)) return undefined
  const isClient =
    /sql|db|query/i.test(name) ||
    args.some((arg) => /^(?:sql|query|execute|exec|console|shell|dbshell)$/.test(arg))
  return isClient ? sqlLine.exec(input)?.[0] : undefined
}

/** `thing resource rm NAME`: a word that removes files as well, so only right behind the resource, and with a name. */
function removedFrom(
  name: string,
  words: readonly string[],
  isUnasked: boolean,
  leavesNothing: boolean,
): readonly Finding[] {
  const [first = ''] = words
  if (isUnasked && /^(rm|remove|down|reset)$/.test(first) && words.length > (first === 'down' ? 0 : 1))
    return lost(`${shown(name)} ${shown(first)} without asking anybody`)
  if (/^(uninstall|reset)$/.test(first) && (isUnasked || leavesNothing))
    return lost(`${shown(name)} ${shown(first)} without asking anybody`)
  if (isUnasked && words.slice(0, 3).some((word) => /^(rm|remove|kill-[a-z]+|remove-[a-z]+)$/.test(word)))
    return lost(`${shown(name)} removes without asking anybody`)
  if (first === 'remove' && words.length === 1 && (isUnasked || leavesNothing))
    return lost(`${shown(name)} removes all that it made`)
  // `acme remove index NAME`, `acme context remove-secret NAME`, `acme splits kill NAME`.
  const removed = words.findIndex((word) => /^remove-/.test(word) && kept.test(word.slice('remove-'.length)))
  if (removed > 0 || (first === 'remove' && words.length > 2 && kept.test(words[1] ?? '')))
    return lost(`${shown(name)} removes what a service keeps: ${shown(words.slice(0, 3).join(' '))}`)
  if (/^(?:flags?|features?|splits?|experiments?)$/.test(first) && /^(?:kill|archive)$/.test(words[1] ?? ''))
    return lost(`${shown(name)} ends what others ask for: ${shown(words.slice(0, 3).join(' '))}`)
  const at = words.findIndex((word) => word === 'rm' || word === 'remove' || word === 'del')
  // With a name behind the name it is one of the members that goes: `acme team remove ORG:TEAM USER`.
  const isMember = /^(?:teams?|groups?|members?)$/.test(words[at - 1] ?? '') && at + 2 < words.length
  return at > 0 && at + 1 < words.length && kept.test(words[at - 1] ?? '') && !isMember
    ? lost(`${shown(name)} removes what a service keeps: ${shown(words.slice(0, at + 2).join(' '))}`)
    : []
}

const CLIENT_WORDS_MAX = 6

/** The first words that are no options; `kv:key`, `apps:destroy`, `image-delete` and `DeleteDatabase` are two. */
function wordsOf(args: readonly string[]): readonly string[] {
  const words: string[] = []
  for (const [index, arg] of args.entries()) {
    if (arg.startsWith('-') || globalOption.test(args[index - 1] ?? '')) continue
    const call = called.exec(arg)
    if (call !== null) words.push((call[1] ?? '').toLowerCase(), plainWords(call[2] ?? ''))
    else if (
      /^[a-z][a-z0-9_-]*[:.][a-z][a-z_-]*$/.test(arg) ||
      /^[a-z][\w-]*(?::[a-z][\w-]*)*:(?:remove|delete|destroy|purge)$/.test(arg) ||
      (/[edly]$/.test(arg) && /^[a-z]+(-[a-z]+){0,2}-(delete|destroy|terminate|del|rebuild)$/.test(arg))
    )
      words.push(
        ...arg
          .split(/[:.]|-(?=delete|destroy|terminate|del$|rebuild)/)
          .flatMap((part) => (/^(?:phone|api)/.test(part) ? [part] : part.split(/-(?!.*-)/))),
      )
    else words.push(arg)
    if (words.length >= CLIENT_WORDS_MAX) break
  }
  return words
}

/** A method of a service, as interfaces name them: `DeleteInstance`, `acme.v1.Admin/DeleteDatabase`. */
const called =
  /^(?:[\w.]+[./])?([Dd]elete|[Dd]estroy|Terminate|Purge|Drop|Wipe|Erase|Revoke)((?:[A-Z][a-z0-9]+)+)$/
const plainWords = (text: string) => text.replace(/(?!^)([A-Z])/g, '-$1').toLowerCase()

const globalOption = /^--(mode|profile|region|project|context|namespace|org|team|output|format|config)$/
