import type { Finding } from '../../../finding.ts'
import { finding, shown } from '../detector.ts'
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
    case 'etcdctl':
      return args[0] === 'del' && args.includes('--prefix')
        ? lost('etcdctl deletes every key under a prefix', 'high')
        : []
    case 'consul':
      return args.includes('delete') && args.includes('-recurse')
        ? lost('consul deletes every key under a prefix', 'high')
        : []
    case 'vault':
      return args[1] === 'disable' || /^(kv|secrets) (metadata )?(delete|destroy)\b/.test(args.join(' '))
        ? lost('vault deletes secrets')
        : []
    case 'rabbitmqctl':
      return args.some((arg) => /^(delete_vhost|reset|force_reset|purge_queue|delete_queue)$/.test(arg))
        ? lost('rabbitmqctl deletes queues and what is in them')
        : []
    default:
      if (/^kafka-topics(\.sh)?$/.test(name))
        return args.includes('--delete') ? lost('deletes a Kafka topic') : []
      return unattended(invocation)
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
  if (!isDelete) return []
  const address =
    args.find((arg) => /^(https?:\/\/|:\d|[\w.-]+:\d)/i.test(arg) || /^[\w-]+(\.[\w-]+)+\//.test(arg)) ?? ''
  const isTest = near.test(address) && !storePort.test(address)
  return lost(`${name} asks ${shown(address)} to delete`, isTest ? 'low' : 'medium')
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
const everyday =
  /^(apt\S*|aptitude|dpkg|dnf|yum|zypper|pacman|yay|paru|rpm|snap|flatpak|brew|port|nix\S*|guix|npm|pnpm|yarn|bun|pip\S*|pipx|uv|poetry|conda|mamba|gem|bundle|cargo|rustup|composer|go|gradle|mvn|dotnet|asdf|mise|sdk|nvm|git|hg|svn|jj|fossil|ip|route|firewall-cmd|ufw|nmcli|tmux|screen|docker\S*|podman|crictl|vagrant|multipass|limactl|minikube|kind|k3d|colima|find|rm|ssh-add|tar|zip|7z\w*|cp|mv|chmod|find|xargs|sudo|test|echo|printf|grep|sed|awk|make|code|vim|emacs|kubectl|oc|helm|wine|reg)$/

/** `thing resource delete NAME --yes`: whatever the service, nobody is asked any more. */
function unattended({ name, args }: Invocation): readonly Finding[] {
  if (everyday.test(name)) return []
  const isUnasked = args.some((arg) =>
    /^(--yes|--force|--confirm|--no-confirm|--no-prompt|--assume-yes|--auto-approve|--non-interactive|-y)$/.test(
      arg,
    ),
  )
  if (!isUnasked) return []
  const verb = args
    .filter((arg) => !arg.startsWith('-'))
    .slice(0, 4)
    .find((arg) => /^(delete|destroy|purge|nuke|terminate|wipe|drop)(-[\w-]+)?$/.test(arg))
  return verb === undefined ? [] : lost(`${shown(name)} ${shown(verb)} without asking anybody`)
}
