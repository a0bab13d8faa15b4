import type { Finding } from '../../../finding.ts'
import { finding, shown } from '../detector.ts'
import type { Invocation, Reading } from '../shell/model.ts'
import { byClient, isReadOnly, sqlSpoken } from './clients.ts'

const NAME = 'destruction'

const lost = (summary: string, severity: Finding['severity'] = 'medium'): readonly Finding[] => [
  finding(NAME, 'destroy.service', severity, summary),
]

/** What is destroyed by asking a server for it: a request, a statement, a client that nobody has listed. */
export function remoteLoss(invocation: Invocation, reading: Reading): readonly Finding[] {
  const { name, args } = invocation
  switch (name) {
    case 'curl':
    case 'wget':
    case 'http':
    case 'https':
    case 'xh':
    case 'curlie':
      return deleted(name, args, invocation.input ?? '')
    case 'nc':
    case 'ncat':
    case 'netcat':
    case 'telnet':
    case 'socat':
      return /^\s*(?:flush_?all|flushdb|shutdown)\b/im.test(invocation.input ?? '')
        ? lost(`${name} empties a store of keys`)
        : []
    case 'ftp':
    case 'sftp':
    case 'lftp':
    case 'ncftp':
      return transferred(name, [...args, invocation.input ?? ''])
    case 'DROP':
    case 'drop':
    case 'TRUNCATE':
    case 'DELETE':
    case 'delete':
      return reading.invocations.some((each) => each.args.some(isReadOnly) && each.order < invocation.order)
        ? []
        : statement(name, args)
    case 'hdfs':
    case 'hadoop':
      if (args.includes('-format') || (args.includes('-expunge') && args.includes('-immediate')))
        return lost(`${name} deletes what a cluster keeps`)
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
        args.some((arg, index) => /^(-X|--method)$/.test(args[index - 1] ?? '') && /^delete$/i.test(arg))
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
    case 'cargo':
    case 'hex':
    case 'pub':
      return published(name, args)
    case 'dotnet':
    case 'nuget':
      return args.includes('delete') && (name === 'nuget' || args[0] === 'nuget')
        ? lost('deletes a version of a package')
        : []
    case 'helmfile':
    case 'chef-server-ctl':
    case 'terragrunt':
      return args.some(
        (arg, at) =>
          /^(destroy|delete|cleanse|destroy-all)$/.test(arg) && (at === 0 || !args.includes('apply')),
      )
        ? lost(`${name} takes all that it manages away`)
        : []
    case 'crictl':
      return /^(rm|rmp|rmi)$/.test(args[0] ?? '') && args.some((arg) => /^-[a-z]*a|^--(all|prune)$/.test(arg))
        ? lost('crictl deletes every container or image')
        : []
    case 'puppet':
      return (args[0] === 'node' && /^(purge|clean|deactivate)$/.test(args[1] ?? '')) ||
        (args[0] === 'cert' && args[1] === 'clean')
        ? lost('puppet takes a machine away')
        : args[0] === 'apply' && args.some((arg) => /ensure\s*=>\s*'?(?:absent|purged)\b/.test(arg))
          ? lost('puppet takes away what a manifest names')
          : []
    case 'ansible':
      return args.some((arg) => /\bstate=(?:absent|dropped|terminated)\b/.test(arg)) &&
        !args.some((arg) => /^(?:-C|--check|file|ansible\.builtin\.file)$/.test(arg))
        ? lost('ansible takes away what a module names')
        : []
    case 'ansible-playbook':
      return args.some((arg) =>
        /(?:^|[/_-])(?:destroy|teardown|tear-down|wipe|purge|decommission|nuke)\w*(?:[_-]\w+)*\.ya?ml$/.test(
          arg,
        ),
      ) && !args.some((arg) => /^(?:-C|--check|--list-\w+|--syntax-check)$/.test(arg))
        ? lost('ansible-playbook plays what takes something away')
        : []
    case 'argocd':
      return args.includes('sync') && args.includes('--prune') && args.includes('--force')
        ? lost('argocd deletes what is not in its source')
        : byClient(invocation)
    case 'regctl':
    case 'reg':
    case 'crane':
    case 'gcrane':
    case 'skopeo':
    case 'oras':
      return args.slice(0, 2).some((arg) => (name === 'reg' ? arg === 'rm' : /^(?:rm|delete|del)$/.test(arg)))
        ? lost(`${name} deletes what a registry keeps`)
        : []
    case 'buildah':
      return /^rmi?$/.test(args[0] ?? '') && args.some((arg) => /^(?:-a|--all)$/.test(arg))
        ? lost('buildah deletes every container or image')
        : []
    case 'bosh':
      return args.includes('clean-up') && args.includes('--all')
        ? lost('bosh deletes what no deployment uses')
        : byClient(invocation)
    case 'kops':
      // Without it, it says what it would do.
      return args.includes('--yes') ? byClient(invocation) : []
    case 'pm2':
      return args[0] === 'delete' && args[1] === 'all' ? lost('pm2 stops and forgets every service') : []
    case 'salt':
      return args.some((arg) =>
        /^(?:file\.(?:remove|rmdir)|cloud\.destroy|virt\.purge|user\.delete)$/.test(arg),
      )
        ? lost('salt deletes on many machines')
        : []
    case 'knife':
      return args.some((arg) => /\.(?:destroy|delete)\b/.test(arg))
        ? lost('knife deletes what it finds')
        : byClient(invocation)
    case 'aws':
      return []
    case 'swift':
      return args[0] === 'delete' ? lost('swift deletes stored objects') : []
    case 'nova':
    case 'cinder':
    case 'trove':
    case 'heat':
      return args.some((arg) => /^(?:delete|force-delete|stack-delete)$/.test(arg))
        ? lost(`${name} deletes what a cloud keeps`)
        : []
    case 'stripe':
      return args[0] === 'delete' ? lost('stripe deletes something through the API') : byClient(invocation)
    case 'supabase':
      return args[0] === 'storage' && args[1] === 'rm' && args.some((arg) => /^(?:-r|--recursive)$/.test(arg))
        ? lost('supabase deletes stored objects')
        : byClient(invocation)
    case 'ldapdelete':
      return args.some((arg) => /=.*,/.test(arg)) ? lost('ldapdelete deletes from a directory') : []
    case 'rq':
      return args[0] === 'empty' ? lost('rq empties queues') : byClient(invocation)
    case 'kadmin':
    case 'kadmin.local':
      return args.some((arg) => /^(?:delprinc|delete_principal|delpol|purgekeys)\b/.test(arg))
        ? lost(`${name} deletes a principal`)
        : []
    case 'ipa-server-install':
    case 'ipa-replica-manage':
      return args.some((arg) => /^(?:--uninstall|del)$/.test(arg))
        ? lost(`${name} takes a directory away`)
        : []
    case 'kdb5_util':
      return args.includes('destroy') ? lost('kdb5_util destroys a database of principals', 'high') : []
    case 'zkCli.sh':
    case 'zookeepercli':
    case 'zkcli':
      return args.some((arg) => /^(?:rmr|deleteall)$/.test(arg))
        ? lost(`${name} deletes every node under one`)
        : []
    case 'pass':
    case 'gopass':
      return /^(?:rm|remove|delete)$/.test(args[0] ?? '') &&
        args.some((arg) => /^-\w*r|^--recursive$/.test(arg))
        ? lost(`${name} deletes every password under a folder`)
        : []
    case 'aws-nuke':
    case 'cloud-nuke':
    case 'gcp-nuke':
    case 'azure-nuke':
      return args.some((arg) => /^--(no-dry-run|force|no-prompt)$/.test(arg))
        ? lost(`${name} deletes everything in an account`, 'critical')
        : []
    case 'etcdctl':
      if (args.includes('del') && args.some((arg) => /^--(prefix|from-key)(=true)?$/.test(arg)))
        return lost('etcdctl deletes every key under a prefix', 'high')
      return args.includes('member') && args.includes('remove') ? lost('etcdctl takes a member away') : []
    case 'consul':
      return args.includes('delete') && args.includes('-recurse')
        ? lost('consul deletes every key under a prefix', 'high')
        : []
    case 'vault':
      return args[1] === 'disable' ||
        args[0] === 'delete' ||
        /^(?:kv|secrets) (?:metadata )?(?:delete|destroy)\b|^policy delete\b|^lease revoke\b.*-(?:prefix|force)\b|^token revoke\b|^operator seal\b/.test(
          args.join(' '),
        )
        ? lost('vault deletes secrets, or shuts them away')
        : []
    case 'rabbitmqctl':
      return args.some((arg) =>
        /^(delete_vhost|reset|force_reset|purge_queue|delete_queue|forget_cluster_node)$/.test(arg),
      )
        ? lost('rabbitmqctl deletes queues and what is in them')
        : []
    default:
      if (name.startsWith('kafka-')) return kafka(name, args)
      return byClient(invocation)
  }
}

/** A version that others build on, or the right to mend it, taken away at the registry. */
function published(name: string, args: readonly string[]): readonly Finding[] {
  const [verb = '', how = ''] = args
  if (verb === 'yank' && !args.includes('--undo')) return lost(`${name} takes a version from everybody`)
  const isOwner = /^(?:owner|uploader)$/.test(verb) && args.length > 2
  return isOwner && (/^(?:remove|rm)$/.test(how) || args.some((arg) => /^(?:--remove|-r)$/.test(arg)))
    ? lost(`${name} takes somebody the right to publish`)
    : []
}

/** What a client of file transfer is told: many files, or a folder and all that is in it. */
function transferred(name: string, told: readonly string[]): readonly Finding[] {
  return told.some((text) =>
    /(?:^|[;\n]|-e )\s*(?:m?rm|mdelete|delete|rmdir)\s+(?:-\w+ )*\S*\*|(?:^|[;\n])\s*(?:rm -\w*r\w*|rmtree)\b|\bmirror\b[^;]*--delete\b/.test(
      text,
    ),
  )
    ? lost(`${name} deletes on another machine`)
    : []
}

/** Stores that listen on a port of their own: there a request to this machine deletes data too. */
const storePort = /:(9200|7700|6333|8108|5984|8500|2379|8529|8086|15672|8001|27017)(\/|$)/
const near = /^(https?:\/\/)?(localhost|127\.|0\.0\.0\.0|\[::1\]|:\d)/i

function deleted(name: string, args: readonly string[], input: string): readonly Finding[] {
  const isDelete = args.some(
    (arg, index) =>
      /^(-X|--request=|--method=)DELETE$/i.test(arg) ||
      (/^(-X|--request|--method)$/.test(args[index - 1] ?? '') && /^delete$/i.test(arg)) ||
      (/^(https?|xh|curlie)$/.test(name) && index < 4 && /^delete$/i.test(arg)) ||
      (/^(-Q|--quote|-X)$/.test(args[index - 1] ?? '') && /^[-+]?(?:DELE|RMD)\b/.test(arg)),
  )
  const address =
    args.find((arg) => /^(https?:\/\/|:\d|[\w.-]+:\d)/i.test(arg) || /^[\w-]+(\.[\w-]+)+\//.test(arg)) ?? ''
  if (!isDelete && !asksToDelete(args, address) && !asksInSql(args, input)) return []
  const isTest = near.test(address) && !storePort.test(address)
  return lost(`${name} asks ${shown(address)} to delete`, isTest ? 'low' : 'medium')
}

/** A statement as a body, or as the question: `-d 'DROP TABLE hits'`, `--data-urlencode 'q=DROP DATABASE t'`. */
const asksInSql = (args: readonly string[], input: string) =>
  args.some((arg) =>
    sqlSpoken.test(arg.replace(/^(?:--?[\w-]+=)?(?:q|query|sql|db_query)=/, '').replace(/\+|%20/g, ' ')),
  ) ||
  (sqlSpoken.test(input) && args.some((arg) => /^@-$|^--data\S*=@-$/.test(arg)))

/** A change whose address or body says that it deletes: `POST …/_delete_by_query`, `mutation { deleteProject … }`. */
function asksToDelete(args: readonly string[], address: string): boolean {
  if (/[?&]action=(?:DELETE|UNLOAD)\b/i.test(address)) return true
  const isChange = args.some(
    (arg) => /^(-X)?(POST|PUT|PATCH)$/i.test(arg) || /^(-d|--data\S*|--json|--request=(POST|PUT))/.test(arg),
  )
  if (!isChange) return false
  if (
    /\/(_?delete([-_]\w+)*|doDelete|destroy|purge|prune|rebuild|terminate|_close|_flushall)(?=[/?]|$)/.test(
      address,
    )
  )
    return true
  if (args.some((arg) => /^\s*<delete>|^stream\.body=<delete>/.test(arg))) return true
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

function kafka(name: string, args: readonly string[]): readonly Finding[] {
  if (/^kafka-(topics|consumer-groups|acls)(\.sh)?$/.test(name))
    return args.some((arg) => /^--(delete|remove)$/.test(arg)) ||
      (args.includes('--reset-offsets') && args.includes('--execute'))
      ? lost('deletes from a Kafka cluster')
      : []
  return name.startsWith('kafka-delete-records') ||
    args.includes('--delete-config') ||
    args.some((arg) => /\bretention\.(?:ms|bytes)=\d{1,4}\b/.test(arg))
    ? lost('deletes from a Kafka cluster')
    : []
}
