import type { Finding } from '../../../finding.ts'
import { finding, shown } from '../detector.ts'
import type { Invocation, Reading } from '../shell/model.ts'
import { byClient, isReadOnly } from './clients.ts'
import { deleted, transferred } from './requests.ts'

const NAME = 'destruction'

const lost = (summary: string, severity: Finding['severity'] = 'medium'): readonly Finding[] => [
  finding(NAME, 'destroy.service', severity, summary),
]

/** What is destroyed by asking a server for it: a request, a statement, a client that nobody has listed. */
export function remoteLoss(invocation: Invocation, reading: Reading): readonly Finding[] {
  const { name, args } = invocation
  const rule = rules.get(name)
  if (rule !== undefined) return rule(args, name, invocation, reading)
  return name.startsWith('kafka-') ? kafka(name, args) : byClient(invocation)
}

type Rule = (
  args: readonly string[],
  name: string,
  invocation: Invocation,
  reading: Reading,
) => readonly Finding[]

/** Names beside one another go by the same words. */
const clients: readonly (readonly [names: string, rule: Rule])[] = [
  ['curl wget http https xh curlie', (args, name, invocation) => deleted(name, args, invocation.input ?? '')],
  [
    'nc ncat netcat telnet socat',
    (_args, name, invocation) =>
      /^\s*(?:flush_?all|flushdb|shutdown)\b/im.test(invocation.input ?? '')
        ? lost(`${name} empties a store of keys`)
        : [],
  ],
  ['ftp sftp lftp ncftp', (args, name, invocation) => transferred(name, [...args, invocation.input ?? ''])],
  [
    'DROP drop TRUNCATE DELETE delete',
    (args, name, invocation, reading) =>
      reading.invocations.some((each) => each.args.some(isReadOnly) && each.order < invocation.order)
        ? []
        : statement(name, args),
  ],
  [
    'hdfs hadoop',
    (args, name) => {
      if (args.includes('-format') || (args.includes('-expunge') && args.includes('-immediate')))
        return lost(`${name} deletes what a cluster keeps`)
      return args.some((arg) => /^-(rmr|rm)$/.test(arg)) &&
        args.some((arg) => /^-(r|R|rmr|skipTrash)$/.test(arg))
        ? lost(`${name} deletes a tree of the cluster`, args.includes('-skipTrash') ? 'high' : 'medium')
        : []
    },
  ],
  [
    'wrangler',
    (args, _name, invocation) =>
      args[0] === 'delete' ? lost('wrangler deletes a worker') : byClient(invocation),
  ],
  [
    'nomad',
    (args, _name, invocation) =>
      args.includes('-purge') ? lost('nomad takes a job away for good') : byClient(invocation),
  ],
  [
    'glab',
    (args, _name, invocation) =>
      args[0] === 'api' &&
      args.some((arg, index) => /^(-X|--method)$/.test(args[index - 1] ?? '') && /^delete$/i.test(arg))
        ? lost('glab deletes something through the API')
        : byClient(invocation),
  ],
  [
    'bfg',
    (args) =>
      args.some((arg) => /^(--delete-|--strip-|--replace-)/.test(arg))
        ? [finding(NAME, 'destroy.history', 'low', 'bfg rewrites the history')]
        : [],
  ],
  [
    'osascript',
    (args) =>
      args.some((arg) => /\bempty (?:the )?trash\b/i.test(arg))
        ? [finding(NAME, 'destroy.emptied', 'medium', 'empties the trash')]
        : [],
  ],
  ['gem cargo hex pub', (args, name) => published(name, args)],
  [
    'dotnet nuget',
    (args, name) =>
      args.includes('delete') && (name === 'nuget' || args[0] === 'nuget')
        ? lost('deletes a version of a package')
        : [],
  ],
  [
    'helmfile chef-server-ctl terragrunt',
    (args, name) =>
      args.some(
        (arg, at) =>
          /^(destroy|delete|cleanse|destroy-all)$/.test(arg) && (at === 0 || !args.includes('apply')),
      )
        ? lost(`${name} takes all that it manages away`)
        : [],
  ],
  [
    'crictl',
    (args) =>
      /^(rm|rmp|rmi)$/.test(args[0] ?? '') && args.some((arg) => /^-[a-z]*a|^--(all|prune)$/.test(arg))
        ? lost('crictl deletes every container or image')
        : [],
  ],
  [
    'puppet',
    (args) =>
      (args[0] === 'node' && /^(purge|clean|deactivate)$/.test(args[1] ?? '')) ||
      (args[0] === 'cert' && args[1] === 'clean')
        ? lost('puppet takes a machine away')
        : args[0] === 'apply' && args.some((arg) => /ensure\s*=>\s*'?(?:absent|purged)\b/.test(arg))
          ? lost('puppet takes away what a manifest names')
          : [],
  ],
  [
    'ansible',
    (args) =>
      args.some((arg) => /\bstate=(?:absent|dropped|terminated)\b/.test(arg)) &&
      !args.some((arg) => /^(?:-C|--check|file|ansible\.builtin\.file)$/.test(arg))
        ? lost('ansible takes away what a module names')
        : [],
  ],
  [
    'ansible-playbook',
    (args) =>
      args.some((arg) =>
        /(?:^|[/_-])(?:destroy|teardown|tear-down|wipe|purge|decommission|nuke)\w*(?:[_-]\w+)*\.ya?ml$/.test(
          arg,
        ),
      ) && !args.some((arg) => /^(?:-C|--check|--list-\w+|--syntax-check)$/.test(arg))
        ? lost('ansible-playbook plays what takes something away')
        : [],
  ],
  [
    'argocd',
    (args, _name, invocation) =>
      args.includes('sync') && args.includes('--prune') && args.includes('--force')
        ? lost('argocd deletes what is not in its source')
        : byClient(invocation),
  ],
  [
    'regctl reg crane gcrane skopeo oras',
    (args, name) =>
      args.slice(0, 2).some((arg) => (name === 'reg' ? arg === 'rm' : /^(?:rm|delete|del)$/.test(arg)))
        ? lost(`${name} deletes what a registry keeps`)
        : [],
  ],
  [
    'buildah',
    (args) =>
      /^rmi?$/.test(args[0] ?? '') && args.some((arg) => /^(?:-a|--all)$/.test(arg))
        ? lost('buildah deletes every container or image')
        : [],
  ],
  [
    'bosh',
    (args, _name, invocation) =>
      args.includes('clean-up') && args.includes('--all')
        ? lost('bosh deletes what no deployment uses')
        : byClient(invocation),
  ],
  [
    'kops',
    (args, _name, invocation) => {
      // Without it, it says what it would do.
      return args.includes('--yes') ? byClient(invocation) : []
    },
  ],
  ['deck', (args) => (args.includes('reset') ? lost('deck deletes all that a gateway is set to') : [])],
  [
    'splunk',
    (args, _name, invocation) =>
      args[0] === 'clean' ? lost('splunk deletes what it has collected') : byClient(invocation),
  ],
  [
    'gitlab-rake gitlab-backup',
    (args, name) =>
      args.some((arg) => /(?:^|:)restore$/.test(arg)) ? lost(`${name} writes over all that is there`) : [],
  ],
  [
    'pm2',
    (args) => (args[0] === 'delete' && args[1] === 'all' ? lost('pm2 stops and forgets every service') : []),
  ],
  [
    'salt',
    (args) =>
      args.some((arg) => /^(?:file\.(?:remove|rmdir)|cloud\.destroy|virt\.purge|user\.delete)$/.test(arg))
        ? lost('salt deletes on many machines')
        : [],
  ],
  [
    'knife',
    (args, _name, invocation) =>
      args.some((arg) => /\.(?:destroy|delete)\b/.test(arg))
        ? lost('knife deletes what it finds')
        : byClient(invocation),
  ],
  ['aws', () => []],
  ['swift', (args) => (args[0] === 'delete' ? lost('swift deletes stored objects') : [])],
  [
    'nova cinder trove heat',
    (args, name) =>
      args.some((arg) => /^(?:delete|force-delete|stack-delete)$/.test(arg))
        ? lost(`${name} deletes what a cloud keeps`)
        : [],
  ],
  [
    'stripe',
    (args, _name, invocation) =>
      args[0] === 'delete' || args[1] === 'delete'
        ? lost('stripe deletes something through the API')
        : byClient(invocation),
  ],
  [
    'supabase',
    (args, _name, invocation) =>
      args[0] === 'storage' && args[1] === 'rm' && args.some((arg) => /^(?:-r|--recursive)$/.test(arg))
        ? lost('supabase deletes stored objects')
        : byClient(invocation),
  ],
  [
    'ldapdelete',
    (args) => (args.some((arg) => /=.*,/.test(arg)) ? lost('ldapdelete deletes from a directory') : []),
  ],
  [
    'rq',
    (args, _name, invocation) => (args[0] === 'empty' ? lost('rq empties queues') : byClient(invocation)),
  ],
  [
    'kadmin kadmin.local',
    (args, name) =>
      args.some((arg) => /^(?:delprinc|delete_principal|delpol|purgekeys)\b/.test(arg))
        ? lost(`${name} deletes a principal`)
        : [],
  ],
  [
    'ipa-server-install ipa-replica-manage',
    (args, name) =>
      args.some((arg) => /^(?:--uninstall|del)$/.test(arg)) ? lost(`${name} takes a directory away`) : [],
  ],
  [
    'kdb5_util',
    (args) => (args.includes('destroy') ? lost('kdb5_util destroys a database of principals', 'high') : []),
  ],
  [
    'zkCli.sh zookeepercli zkcli',
    (args, name) =>
      args.some((arg) => /^(?:rmr|deleteall)$/.test(arg)) ? lost(`${name} deletes every node under one`) : [],
  ],
  [
    'pass gopass',
    (args, name) =>
      /^(?:rm|remove|delete)$/.test(args[0] ?? '') && args.some((arg) => /^-\w*r|^--recursive$/.test(arg))
        ? lost(`${name} deletes every password under a folder`)
        : [],
  ],
  [
    'aws-nuke cloud-nuke gcp-nuke azure-nuke',
    (args, name) =>
      args.some((arg) => /^--(no-dry-run|force|no-prompt)$/.test(arg))
        ? lost(`${name} deletes everything in an account`, 'critical')
        : [],
  ],
  [
    'etcdctl',
    (args) => {
      if (args.includes('del') && args.some((arg) => /^--(prefix|from-key)(=true)?$/.test(arg)))
        return lost('etcdctl deletes every key under a prefix', 'high')
      return args.includes('member') && args.includes('remove') ? lost('etcdctl takes a member away') : []
    },
  ],
  [
    'consul',
    (args) =>
      args.includes('delete') && args.includes('-recurse')
        ? lost('consul deletes every key under a prefix', 'high')
        : [],
  ],
  [
    'nsupdate',
    (_args, _name, { input }) =>
      /^\s*(?:update )?del(?:ete)?\b/m.test(input ?? '') ? lost('nsupdate deletes records of a zone') : [],
  ],
  [
    'vault',
    (args) =>
      /^(?:(?:-\S+ \S+|-\S+=\S*) )*(?:secrets|auth|audit) disable\b/.test(args.join(' ')) ||
      args[1] === 'disable' ||
      args[0] === 'delete' ||
      /^(?:kv|secrets) (?:metadata )?(?:delete|destroy)\b|^policy delete\b|^lease revoke\b.*-(?:prefix|force)\b|^token revoke\b|^operator seal\b/.test(
        args.join(' '),
      )
        ? lost('vault deletes secrets, or shuts them away')
        : [],
  ],
  [
    'rabbitmqctl',
    (args) =>
      args.some((arg) =>
        /^(delete_vhost|reset|force_reset|purge_queue|delete_queue|forget_cluster_node)$/.test(arg),
      )
        ? lost('rabbitmqctl deletes queues and what is in them')
        : [],
  ],
]
const rules = new Map(
  clients.flatMap(([names, rule]) => names.split(' ').map((name) => [name, rule] as const)),
)

/** A version that others build on, or the right to mend it, taken away at the registry. */
function published(name: string, args: readonly string[]): readonly Finding[] {
  const [verb = '', how = ''] = args
  if (verb === 'yank' && !args.includes('--undo')) return lost(`${name} takes a version from everybody`)
  const isOwner = /^(?:owner|uploader)$/.test(verb) && args.length > 2
  return isOwner && (/^(?:remove|rm)$/.test(how) || args.some((arg) => /^(?:--remove|-r)$/.test(arg)))
    ? lost(`${name} takes somebody the right to publish`)
    : []
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
