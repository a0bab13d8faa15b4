import type { Finding } from '../../../finding.ts'
import { finding, shown } from '../detector.ts'
import { unconcerned } from '../dispatch.ts'
import type { Invocation } from '../shell/model.ts'
import { isAnswered } from './asks-back.ts'

const NAME = 'destruction'

/** Databases, containers, clusters and clouds: what a command line can destroy far away. */
export function serviceLoss(invocation: Invocation): readonly Finding[] {
  const { name, args, isRepeated } = invocation
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
  if (rule === undefined) return unconcerned
  const found = rule(isAnswered(invocation) ? [...args, '--force'] : args)
  if (found.length > 0 || !isRepeated) return found
  if (rule === container)
    return args.some((arg) => /^-[a-z]*f|^--force$/.test(arg)) && has(args, 'rm', 'rmi')
      ? lost('docker deletes every container or image that a list names', 'medium')
      : []
  return args.some((arg) => /^(del|unlink|delete|rm|destroy|terminate-instances)$/i.test(arg))
    ? lost(`${shown(name)} deletes everything that a list names`, 'medium')
    : []
}

const lost = (summary: string, severity: Finding['severity'] = 'high'): readonly Finding[] => [
  finding(NAME, 'destroy.service', severity, summary),
]
const has = (args: readonly string[], ...words: string[]) => args.some((arg) => words.includes(arg))

const container = (args: readonly string[]): readonly Finding[] => {
  const words = args.filter((arg) => !arg.startsWith('-'))
  const flags = args.filter((arg) => arg.startsWith('-'))
  const isForced = flags.some((flag) => /^-[a-z]*f|^--force$/.test(flag))
  const [first = '', second = ''] = words
  if (second === 'prune' && (flags.includes('--volumes') || first === 'volume') && isForced)
    return lost(`docker ${first} prune deletes volumes and the data in them`)
  if (
    first === 'system' &&
    second === 'prune' &&
    isForced &&
    flags.some((flag) => /^-[a-z]*a|^--all$/.test(flag))
  )
    return lost('docker system prune deletes every image and container not running', 'medium')
  if (first === 'volume' && (second === 'rm' || second === 'remove')) return lost('docker deletes a volume')
  if (
    first === 'compose' &&
    words.includes('down') &&
    !words.some((word) => /(?:test|e2e)\w*\.ya?ml$/.test(word)) &&
    flags.some((flag) => flag === '-v' || flag === '--volumes')
  )
    return lost('docker compose down deletes volumes')
  if ((first === 'rm' || first === 'rmi') && isForced && words.some((word) => word.includes('\uE000')))
    return lost('docker deletes every container or image that a list names', 'medium')
  if (/^(stack|service|secret|config)$/.test(first) && (second === 'rm' || second === 'remove'))
    return lost(`docker deletes a ${first}`, 'medium')
  if (first === 'node' && /^(rm|remove)$/.test(second) && isForced)
    return lost('docker removes a node by force', 'medium')
  if (first === 'swarm' && second === 'leave' && isForced) return lost('leaves the swarm by force', 'medium')
  if (
    (first === 'pod' ? second === 'rm' : first === 'rm') &&
    isForced &&
    flags.some((flag) => /^-[a-z]*a|^--all$/.test(flag))
  )
    return lost('deletes every container or pod', 'medium')
  if (first === 'system' && second === 'reset') return lost('deletes everything the engine keeps', 'high')
  return []
}

const cluster = (args: readonly string[]): readonly Finding[] => {
  const words = args.filter((arg) => !arg.startsWith('-'))
  const at = words.indexOf('delete')
  if (has(args, '--dry-run=client', '--dry-run=server')) return []
  if (words.includes('scale') && has(args, '--all') && has(args, '--replicas=0'))
    return lost('kubectl stops every workload', 'medium')
  if (words.includes('replace') && has(args, '--force'))
    return lost('kubectl deletes and makes anew', 'medium')
  if (words[0] === 'adm' && words[1] === 'prune' && has(args, '--confirm'))
    return lost('prunes what a cluster keeps', 'medium')
  if (at < 0)
    return (words[0] === 'drain' && has(args, '--force', '--delete-emptydir-data', '--delete-local-data')) ||
      (words[0] === 'apply' && has(args, '--prune') && has(args, '--all'))
      ? lost(`kubectl ${words[0]} deletes what is not named`, 'medium')
      : []
  const kind = words[at + 1] ?? ''
  if (args.some((arg) => /^--raw\b/.test(arg))) return lost('kubectl deletes by address', 'medium')
  if (has(args, '--all', '-A', '--all-namespaces') || kind === 'all')
    return lost(`kubectl deletes every ${shown(kind)}`)
  if (
    /^(ns|namespaces?|pvc?|persistentvolume(claim)?s?|crds?|customresourcedefinitions?|nodes?|clusterroles?|projects?|storageclass(?:es)?|volumesnapshots?|clusters?)(\/|$)/.test(
      kind,
    )
  )
    return lost(`kubectl deletes ${shown(kind)}`)
  if (
    args.some(
      (arg, index) =>
        /^(-k|--kustomize)$/.test(args[index - 1] ?? '') ||
        (/^(-f|--filename)$/.test(args[index - 1] ?? '') && /^\.{1,2}$|\/$/.test(arg)),
    )
  )
    return lost('kubectl deletes all that a folder describes', 'medium')
  if (kind.includes('\uE000') || /^\$/.test(kind)) return lost('kubectl deletes what a list names', 'medium')
  if (kind.includes(',')) return lost(`kubectl deletes ${shown(kind)}`, 'medium')
  // A pod comes back by itself; what makes pods, and what is named in a file, does not.
  if (workload.test(kind)) return lost(`kubectl deletes ${shown(kind)}`, 'medium')
  return []
}

/** `k3s kubectl …` is the same client under the name of what it came with. */
const ofDistribution = (args: readonly string[]): readonly Finding[] =>
  args[0] === 'kubectl' ? cluster(args.slice(args[1] === '--' ? 2 : 1)) : []

const workload =
  /^(deploy(ments?)?|sts|statefulsets?|ds|daemonsets?|svc|services?|secrets?|ing(ress(es)?)?|cronjobs?|configmaps?|apps?|applications?|vms?|virtualmachines?|helmreleases?|kustomizations?|backups?)(\.\w+)*(\/|$)/

const infrastructure = (args: readonly string[]): readonly Finding[] => {
  const isUnattended = args.some((arg) => /^(-|--)?-?(auto-approve|force|yes|y|skip-preview)$/.test(arg))
  // Planning a destruction shows it and does nothing.
  if (has(args, 'plan')) return []
  if (has(args, 'destroy', '-destroy', '--destroy'))
    return lost('destroys the whole infrastructure it manages', isUnattended ? 'critical' : 'medium')
  if (has(args, 'state') && has(args, 'rm'))
    return lost('makes the infrastructure tool forget what it manages')
  if (args[0] === 'state' && args[1] === 'delete')
    return lost('makes the infrastructure tool forget what it manages')
  if (args.some((arg) => /^-?-replace\b/.test(arg)) && isUnattended)
    return lost('destroys what it makes anew, without asking', 'medium')
  if (args[0] === 'workspace' && args[1] === 'delete') return lost('deletes a workspace')
  return []
}

/** Tags, one message of a queue and one object's version of a policy come and go all day. */
const cloudVerb =
  /^(rb|nuke|batch-delete-\w+|schedule-key-deletion|leave-organization|close-account|(delete|terminate|destroy|purge|remove|deregister)(-(?!tags|message|item\b|event-source-mapping)[\w-]+)?|disable-key|flush|[a-z]+-(?:delete|destroy|terminate))$/

/** What is described in a line and holds nothing: rules, alarms, reports and attachments are made again as they were. */
const setting =
  /-(?:analyzer|report-definition|report|alarms?|alarm-action|insight-rules|anomaly-\w+|metric-\w+|rules?|filters?|permissions?|associations?|attachments?|notification\w*|schedules?|budgets?|placement-group|subscription-filter|contacts?|suppressed-\w+|assignments?|change-set|concurrency|concurrency-config)$/
const settings =
  /^(?:firewalls?|firewall-rules|rules?|locks?|tags?|alerts?|permissions?|assignments?|ssh-keys?)$/

const cloud = (args: readonly string[]): readonly Finding[] => {
  if (has(args, 'help', '--generate-cli-skeleton')) return []
  const words = args.filter(
    (arg, index) =>
      !arg.startsWith('-') &&
      !/^--(subscription|query|profile|region|project|output|function-name|name|(?!no-)[a-z]+-(?:name|id|arn|identifier))$/.test(
        args[index - 1] ?? '',
      ),
  )
  if (words[0] === 's3') {
    if (words[1] === 'rb')
      return has(args, '--force')
        ? lost('deletes a bucket and what is in it', 'critical')
        : lost('deletes a bucket', 'medium')
    if (words[1] === 'rm') return has(args, '--recursive') ? lost('deletes every object under a prefix') : []
    if (words[1] === 'sync' && has(args, '--delete'))
      return lost('mirrors a bucket and deletes the rest', 'medium')
    return []
  }
  const verb = words.slice(0, 6).find((word) => cloudVerb.test(word))
  if (words[0] === 'storage' && words[1] === 'rm')
    return args.some((arg) => /^(?:-r|-R|--recursive|-a|--all-versions)$|\*|^gs:\/\/[^/]+\/?$/.test(arg))
      ? lost('deletes stored objects', 'medium')
      : []
  const line = args.join(' ')
  if (
    /--(?:max-size|desired-capacity|backup-retention-period|retention-in-days)[ =]0\b|PointInTimeRecoveryEnabled=false|--no-deletion-protection\b|--delete-backup-data true\b|--retention-in-days[ =]1\b|\bdeployment\b.*--mode[ =]Complete\b/i.test(
      line,
    )
  )
    return lost('leaves nothing of what it keeps', 'medium')
  if (/put-bucket-(lifecycle\S*.*Expiration|versioning.*Suspended)/.test(line))
    return lost('lets what a bucket keeps expire', 'medium')
  if (args.some((arg) => /"Action"\s*:\s*"DELETE"/.test(arg)))
    return lost('deletes records of a zone', 'medium')
  if (verb === undefined || setting.test(verb) || settings.test(words[words.indexOf(verb) - 1] ?? ''))
    return []
  const isQuiet = has(
    args,
    '--quiet',
    '-q',
    '--yes',
    '-y',
    '--force',
    '--skip-final-snapshot',
    '--no-wait',
    '--force-delete-without-recovery',
  )
  // A last snapshot is what it is had back from.
  const isKept = args.some((arg) => /^--final-(db-)?snapshot-identifier/.test(arg))
  return lost(
    `${shown(words.slice(0, 3).join(' '))} cannot be taken back`,
    isKept ? 'low' : isQuiet ? 'high' : 'medium',
  )
}

const objects = (args: readonly string[]): readonly Finding[] =>
  has(args, 'rm', 'rb', 'del') &&
  args.some((arg) => /^--(recursive|force)|^-\w*[rf]\w*$|:\/\/[^/]+\/?\*/.test(arg))
    ? lost('deletes stored objects')
    : args[0] === 'rb' || has(args, '--remove', '--delete-removed')
      ? lost('deletes stored objects', 'medium')
      : []

const rules: Readonly<Record<string, (args: readonly string[]) => readonly Finding[]>> = {
  docker: container,
  podman: container,
  nerdctl: container,
  'docker-compose': (args) =>
    has(args, 'down') && has(args, '-v', '--volumes') ? lost('docker-compose down deletes volumes') : [],
  kubectl: cluster,
  k: cluster,
  ...Object.fromEntries(
    ['microk8s', 'k3s', 'k0s', 'minikube'].map((name) => [name, ofDistribution] as const),
  ),
  oc: cluster,
  helm: (args) => (has(args, 'uninstall', 'delete') ? lost('uninstalls a release', 'medium') : []),
  terraform: infrastructure,
  tofu: infrastructure,
  terragrunt: infrastructure,
  pulumi: infrastructure,
  cdk: infrastructure,
  cdktf: infrastructure,
  sls: (args) => (has(args, 'remove') ? lost('removes a deployed service', 'medium') : []),
  sst: (args) => (has(args, 'remove') ? lost('removes a deployed service', 'medium') : []),
  serverless: (args) => (has(args, 'remove') ? lost('removes a deployed service', 'medium') : []),
  aws: cloud,
  gcloud: cloud,
  az: cloud,
  doctl: cloud,
  linode: cloud,
  'linode-cli': cloud,
  hcloud: cloud,
  ibmcloud: cloud,
  oci: cloud,
  flyctl: cloud,
  fly: cloud,
  heroku: (args) =>
    args.some((arg) => /^(apps:destroy|pg:reset|addons:destroy)$/.test(arg))
      ? lost('heroku destroys an app or its data')
      : [],
  gsutil: (args) =>
    args.includes('rb') ||
    (args.includes('rsync') && args.some((arg) => /^-[a-zA-Z]*d/.test(arg))) ||
    (args.includes('rm') && args.some((arg) => /^-[a-zA-Z]*[rR]|^-[a-zA-Z]*a|^gs:\/\/[^/]+\/?\**$/.test(arg)))
      ? lost('gsutil deletes objects or a bucket')
      : [],
  rclone: (args) =>
    (args[0] === 'sync' && /(?:^|\/)\.?(?:empty|blank|nothing|null)[\w-]*\/?$/i.test(args[1] ?? '')) ||
    /^(purge|delete)$/.test(args[0] ?? '')
      ? lost('rclone deletes remote files')
      : /^(cleanup|dedupe|rmdirs)$/.test(args[0] ?? '')
        ? lost('rclone deletes old or double files', 'medium')
        : [],
  mc: objects,
  s3cmd: objects,
  s5cmd: objects,
  rbd: (args) =>
    has(args, 'rm', 'remove') || (has(args, 'purge') && has(args, 'snap'))
      ? lost('deletes a disk image or its snapshots', 'medium')
      : [],
  gh: (args) =>
    (args[0] === 'repo' && args[1] === 'delete') || (args[0] === 'release' && args[1] === 'delete')
      ? lost(`gh deletes a ${args[0]}`, args[0] === 'repo' ? 'high' : 'medium')
      : args[0] === 'api' &&
          args.some((arg, index) => /^(-X|--method)$/.test(arg) && args[index + 1] === 'DELETE') &&
          !args.some((arg) =>
            /\/(?:labels|assignees|reactions|requested_reviewers|subscription|starred)\b/.test(arg),
          )
        ? lost('gh deletes something through the API', 'medium')
        : [],
  // A whole package goes only by force, one version of it at a word.
  npm: (args) =>
    args[0] === 'unpublish'
      ? lost(
          'unpublishes a package',
          has(args, '--force', '-f') || args.some((arg) => /.@[\d.]/.test(arg)) ? 'medium' : 'low',
        )
      : [],
}

export const serviceNames: readonly string[] = Object.keys(rules)
