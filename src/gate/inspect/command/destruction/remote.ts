import type { Finding } from '../../../finding.ts'
import { finding, nameIs, none, shown } from '../detector.ts'
import { unconcerned, wordMark } from '../dispatch.ts'
import type { Invocation } from '../shell/model.ts'

const NAME = 'destruction'

const lost = (summary: string, severity: Finding['severity'] = 'medium'): readonly Finding[] => [
  finding(NAME, 'destroy.service', severity, summary),
]

/** What is destroyed by asking a server for it: a request, a statement, a client that nobody has listed. */
export function remoteLoss(invocation: Invocation): readonly Finding[] {
  const { name, args } = invocation
  switch (name) {
    case 'curl':
    case 'wget':
    case 'http':
    case 'https':
    case 'xh':
      return deleted(name, args)
    case 'DROP':
    case 'drop':
    case 'TRUNCATE':
    case 'DELETE':
    case 'delete':
      return statement(name, args)
    case 'hdfs':
    case 'hadoop':
      return args.some((arg) => /^-(rmr|rm)$/.test(arg)) &&
        args.some((arg) => /^-(r|R|rmr|skipTrash)$/.test(arg))
        ? lost(`${name} deletes a tree of the cluster`, args.includes('-skipTrash') ? 'high' : 'medium')
        : []
    case 'wrangler':
      return args[0] === 'delete' ? lost('wrangler deletes a worker') : byClient(invocation)
    case 'nomad':
      return args.includes('-purge') ? lost('nomad takes a job away for good') : byClient(invocation)
    case 'glab':
      return args[0] === 'api' &&
        args.some((arg, index) => /^(-X|--method)$/.test(args[index - 1] ?? '') && arg === 'DELETE')
        ? lost('glab deletes something through the API')
        : byClient(invocation)
    case 'bfg':
      return args.some((arg) => /^(--delete-|--strip-|--replace-)/.test(arg))
        ? [finding(NAME, 'destroy.history', 'low', 'bfg rewrites the history')]
        : []
    case 'osascript':
      return args.some((arg) => /\bempty (?:the )?trash\b/i.test(arg))
        ? [finding(NAME, 'destroy.emptied', 'medium', 'empties the trash')]
        : []
    case 'gem':
      return args[0] === 'yank' ? lost('gem takes a version from everybody') : []
    case 'dotnet':
    case 'nuget':
      return args.includes('delete') && (name === 'nuget' || args[0] === 'nuget')
        ? lost('deletes a version of a package')
        : []
    case 'helmfile':
    case 'chef-server-ctl':
    case 'terragrunt':
      return /^(destroy|delete|cleanse|destroy-all)$/.test(args[0] ?? '')
        ? lost(`${name} takes all that it manages away`)
        : []
    case 'crictl':
      return /^(rm|rmp|rmi)$/.test(args[0] ?? '') && args.some((arg) => /^-[a-z]*a|^--(all|prune)$/.test(arg))
        ? lost('crictl deletes every container or image')
        : []
    case 'puppet':
      return args[0] === 'node' && /^(purge|clean|deactivate)$/.test(args[1] ?? '')
        ? lost('puppet takes a machine away')
        : []
    case 'aws-nuke':
    case 'cloud-nuke':
    case 'gcp-nuke':
    case 'azure-nuke':
      return args.some((arg) => /^--(no-dry-run|force|no-prompt)$/.test(arg))
        ? lost(`${name} deletes everything in an account`, 'critical')
        : []
    case 'etcdctl':
      return args[0] === 'del' && args.some((arg) => /^--(prefix|from-key)(=true)?$/.test(arg))
        ? lost('etcdctl deletes every key under a prefix', 'high')
        : []
    case 'consul':
      return args.includes('delete') && args.includes('-recurse')
        ? lost('consul deletes every key under a prefix', 'high')
        : []
    case 'vault':
      return args[1] === 'disable' ||
        args[0] === 'delete' ||
        /^(?:kv|secrets) (?:metadata )?(?:delete|destroy)\b|^policy delete\b|^lease revoke\b.*-(?:prefix|force)\b/.test(
          args.join(' '),
        )
        ? lost('vault deletes secrets')
        : []
    case 'rabbitmqctl':
      return args.some((arg) => /^(delete_vhost|reset|force_reset|purge_queue|delete_queue)$/.test(arg))
        ? lost('rabbitmqctl deletes queues and what is in them')
        : []
    default:
      if (name.startsWith('kafka-')) return kafka(name, args)
      return byClient(invocation)
  }
}

/** Stores that listen on a port of their own: there a request to this machine deletes data too. */
const storePort = /:(9200|7700|6333|8108|5984|8500|2379|8529|8086|15672|8001|27017)(\/|$)/
const near = /^(https?:\/\/)?(localhost|127\.|0\.0\.0\.0|\[::1\]|:\d)/i

function deleted(name: string, args: readonly string[]): readonly Finding[] {
  const isDelete = args.some(
    (arg, index) =>
      /^(-X|--request=|--method=)DELETE$/i.test(arg) ||
      (/^(-X|--request|--method)$/.test(args[index - 1] ?? '') && /^delete$/i.test(arg)) ||
      (/^(https?|xh)$/.test(name) && index < 4 && arg === 'DELETE'),
  )
  const address =
    args.find((arg) => /^(https?:\/\/|:\d|[\w.-]+:\d)/i.test(arg) || /^[\w-]+(\.[\w-]+)+\//.test(arg)) ?? ''
  if (!isDelete && !asksToDelete(args, address)) return []
  const isTest = near.test(address) && !storePort.test(address)
  return lost(`${name} asks ${shown(address)} to delete`, isTest ? 'low' : 'medium')
}

/** A change whose address or body says that it deletes: `POST …/_delete_by_query`, `mutation { deleteProject … }`. */
function asksToDelete(args: readonly string[], address: string): boolean {
  const isChange = args.some(
    (arg) => /^(-X)?(POST|PUT|PATCH)$/i.test(arg) || /^(-d|--data\S*|--json|--request=(POST|PUT))/.test(arg),
  )
  if (!isChange) return false
  if (/\/(_?delete([-_]\w+)*|doDelete|destroy|purge|terminate|_close|_flushall)(?=[/?]|$)/.test(address))
    return true
  return args.some((arg) =>
    /\bmutation\b[^{]*\{\s*(?:(?:delete|destroy|remove|purge|drop)[A-Z]|\w+(?:Delete|Destroy|Remove|Purge)\b)/.test(
      arg,
    ),
  )
}

/** A statement given as a command, as doors to databases carry it. */
function statement(name: string, args: readonly string[]): readonly Finding[] {
  const text = [name, ...args].join(' ')
  if (
    /^(drop (table|database|schema|user|role|keyspace|index|view|collection)|truncate (table )?["`\w])/i.test(
      text,
    )
  )
    return lost(`runs ${shown(text)} on a database`, 'critical')
  return /^delete from \S+$/i.test(text) ? lost(`deletes every row: ${shown(text)}`, 'high') : []
}

/** Managers of what can be installed again, fetched again or made again. */
const everyday = nameIs(
  /^(apt\S*|aptitude|dpkg|dnf|yum|zypper|pacman|yay|paru|rpm|snap|flatpak|brew|port|nix\S*|guix|npm|pnpm|yarn|bun|pip\S*|pipx|uv|poetry|conda|mamba|gem|bundle|cargo|rustup|composer|go|gradle|mvn|dotnet|asdf|mise|sdk|nvm|git|hg|svn|jj|fossil|ip|route|firewall-cmd|ufw|nmcli|tmux|screen|docker\S*|podman|crictl|vagrant|multipass|limactl|minikube|kind|k3d|colima|find|rm|ssh-add|tar|zip|7z\w*|cp|mv|chmod|find|xargs|sudo|test|echo|printf|grep|sed|awk|make|code|vim|emacs|kubectl|oc|helm|wine|reg|loginctl|ykman|defaults|eselect|pie|virsh|module|security|ssh|jq|yq|psql|mysql|redis-cli|mongosh?|sqlite3|sqlite-utils|gpg|keyctl|osascript|python\S*|node|ruby|perl|php|awk|sqlcmd|bash|sh|zsh|cat|tee|logger|notify-send|man|apropos|curl|wget|rake|rails|composer|npx|tsx|deno|gradlew|mvnw|bundle|artisan|nx|turbo|just|task)$/,
)

/** Says of a command that nobody is asked any more. */
const unasked =
  /^(--yes(-i-\S+)?|--force|-f|--purge|-purge|--recursive|--dangerous|--no-prompts?|--skip-confirmation|--confirm|--no-confirm|--no-prompt|--assume-yes|--auto-approve|--non-interactive|-y)$/
const removal =
  /^(?:delete(?:all)?|destroy|purge|nuke|terminate|wipe|drop|erase|undeploy|deregister|clear|teardown|decommission|expunge|yank|obliterate)(?:[-_]([\w-]+))?$/
/**
 * What a service keeps for somebody, and what others rely on. With such a word beside the verb it is a removal at a
 * service, whoever's client it is; without one (`tmux`, `jj tag delete`, `ip route delete`) it is mostly local.
 */
const kept =
  /^(?:[\w]+[-_])*(?:api[-_]?keys?|apis?|apps?|applications?|accounts?|users?|members?|developers?|customers?|orgs?|organi[sz]ations?|teams?|projects?|workspaces?|environments?|envs?|namespaces?|tenants?|products?|services?|functions?|lambdas?|workers?|servers?|machines?|vms?|droplets?|instances?|node-?(?:groups?|pools?)|clusters?|databases?|db|tables?|schemas?|collections?|ind(?:ex|ices|exes)|buckets?|objects?|blobs?|volumes?|disks?|filesystems?|datasets?|shares?|snapshots?|backups?|(?:backup|snapshot)-locations?|registr(?:y|ies)|repo(?:s|sitory|sitories)?|releases?|queues?|topics?|streams?|consumers?|subscriptions?|exchanges?|vhosts?|kv|pools?|hosts?|guests?|stanzas?|scopes?|secrets?|credentials?|certificates?|documents?|items?|records?|zones?|domains?|load-?balancers?|listeners?|backends?|dictionar(?:y|ies)|acls?|acl-entry|polic(?:y|ies)|roles?|monitors?|dashboards?|flags?|segments?|variants?|experiments?|splits?|traffic-types?|configs?|variables?|contexts?|connectors?|pipelines?|deployments?|stacks?|distributions?|entit(?:y|ies)|sites?|channels?|webhooks?|workloads?|synthetics|logging|eventdata)$/

/** One of these begins a part of a word, or a statement is the word, wherever something is removed. */
const removingWord = wordMark(
  (word) =>
    /\b(?:delete|destroy|purge|nuke|terminate|wipe|drop|erase|undeploy|deregister|clear|teardown|decommission|expunge|yank|obliterate|rm|remove|down|reset|uninstall|del)/.test(
      word,
    ) || sqlSpoken.test(word),
)

/** `thing resource delete NAME`, `thing delete resource NAME`, `thing resource:delete NAME`: one grammar for all of them. */
function byClient({ name, args, marks }: Invocation): readonly Finding[] {
  if (everyday(name)) return unconcerned
  if ((marks & removingWord) === 0) return none
  const spoken = args.some(isReadOnly) ? undefined : args.find((arg) => sqlSpoken.test(arg))
  if (spoken !== undefined) return lost(`${shown(name)} runs ${shown(spoken)} on a database`, 'high')
  const words = wordsOf(args)
  const at = words.findIndex((word) => {
    const noun = removal.exec(word)
    return noun !== null && (noun[1] === undefined || kept.test(noun[1]))
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
  if (args.some((arg) => unasked.test(arg)))
    return lost(`${shown(name)} ${shown(verb)} without asking anybody`)
  const nouns = [
    removal.exec(verb)?.[1] ?? '',
    words[at + 1] ?? '',
    ...words.slice(0, at),
    ...(/^(delete|destroy|purge|wipe|erase)/.test(verb) ? named(args) : []),
  ]
  return nouns.some((noun) => kept.test(noun))
    ? lost(`${shown(name)} removes what a service keeps: ${shown(words.slice(0, at + 2).join(' '))}`)
    : []
}

/** `acme delete --bucket b` says what goes by the name of an option. */
function named(args: readonly string[]): readonly string[] {
  return args.flatMap((arg) => /^--?([a-z][\w-]*?)(?:[-_](?:name|id))?(?:=.*)?$/.exec(arg)?.[1] ?? [])
}

const isReadOnly = (arg: string) => /^--?(readonly|safe)$/.test(arg)
/** A statement handed to a client that nobody has listed. */
const sqlSpoken =
  /^\s*(?:match\s*\(.*\bdetach\s+delete\b|drop\s+(?:table|database|schema|keyspace|collection)\s+["`\w]|truncate\s+table\s+["`\w]|delete\s+from\s+["`\w.]+\s*;?\s*$)/i

/** `thing resource rm NAME`: a word that removes files as well, so only right behind the resource, and with a name. */
function removedFrom(
  name: string,
  words: readonly string[],
  isUnasked: boolean,
  leavesNothing: boolean,
): readonly Finding[] {
  if (
    isUnasked &&
    /^(rm|remove|down|reset)$/.test(words[0] ?? '') &&
    words.length > (words[0] === 'down' ? 0 : 1)
  )
    return lost(`${shown(name)} ${shown(words[0] ?? '')} without asking anybody`)
  if (/^(uninstall|reset)$/.test(words[0] ?? '') && (isUnasked || leavesNothing))
    return lost(`${shown(name)} ${shown(words[0] ?? '')} without asking anybody`)
  if (isUnasked && words.slice(0, 3).some((word) => /^(rm|remove)$/.test(word)))
    return lost(`${shown(name)} removes without asking anybody`)
  const at = words.findIndex((word) => word === 'rm' || word === 'remove' || word === 'del')
  return at > 0 && at + 1 < words.length && kept.test(words[at - 1] ?? '')
    ? lost(`${shown(name)} removes what a service keeps: ${shown(words.slice(0, at + 2).join(' '))}`)
    : []
}

const CLIENT_WORDS_MAX = 5

/** The first words that are no options; `kv:key` and `apps:destroy` are two. */
function wordsOf(args: readonly string[]): readonly string[] {
  const words: string[] = []
  for (const [index, arg] of args.entries()) {
    if (arg.startsWith('-') || globalOption.test(args[index - 1] ?? '')) continue
    if (
      /^[a-z][a-z0-9_-]*[:.][a-z][a-z_-]*$/.test(arg) ||
      /^[a-z][\w-]*(?::[a-z][\w-]*)*:(?:remove|delete|destroy|purge)$/.test(arg) ||
      (/[ey]$/.test(arg) && /^[a-z]+(-[a-z]+){0,2}-(delete|destroy|terminate)$/.test(arg))
    )
      words.push(...arg.split(/[:.]|-(?=delete|destroy|terminate)/).flatMap((part) => part.split(/-(?!.*-)/)))
    else words.push(arg)
    if (words.length >= CLIENT_WORDS_MAX) break
  }
  return words
}

const globalOption = /^--(profile|region|project|context|namespace|org|team|output|format|config)$/

function kafka(name: string, args: readonly string[]): readonly Finding[] {
  if (/^kafka-(topics|consumer-groups|acls)(\.sh)?$/.test(name))
    return args.some((arg) => /^--(delete|remove)$/.test(arg)) ||
      (args.includes('--reset-offsets') && args.includes('--execute'))
      ? lost('deletes from a Kafka cluster')
      : []
  return name.startsWith('kafka-delete-records') || args.includes('--delete-config')
    ? lost('deletes from a Kafka cluster')
    : []
}
