import type { Finding } from '../../../finding.ts'
import { finding, shown } from '../detector.ts'
import { unconcerned } from '../dispatch.ts'
import type { Invocation } from '../shell/model.ts'

const NAME = 'destruction'

/** Databases, containers, clusters and clouds: what a command line can destroy far away. */
export function serviceLoss(invocation: Invocation): readonly Finding[] {
  const { name, args, input, isRepeated } = invocation
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
  if (rule === undefined) return unconcerned
  const found = rule(args, input ?? '')
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

/** Statements without a way back; a DELETE or UPDATE only without a WHERE. */
const sqlLoss =
  /\b(drop\s+(table|database|schema|user|role|keyspace|collection|owned|warehouse|tablespace)|truncate\s+(table\s+)?["`\w])/i
const sqlWhole =
  /\bdelete\s+from\s+["`\w.]+\s*(where\s+(1\s*=\s*1|true)\s*)?(;|$)|\bupdate\s+["`\w.]+\s+set\s+[^;]*(;|$)/i

const onlyAsks = /^\s*select\b(?:[^;']|'[^']*')*;?\s*$/i

const sql = (args: readonly string[], input: string): readonly Finding[] => {
  if (has(args, '-readonly', '--readonly', '-safe')) return []
  const text = [...args, input].join('\n').replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, ' ')
  const drop = sqlLoss.exec(text)
  // Words in a question change nothing.
  if (drop && args.some((arg) => onlyAsks.test(arg)) && !sqlLoss.test(text.replace(/'[^']*'/g, ''))) return []
  if (/\bpg_drop_replication_slot\b/.test(text)) return lost('drops a slot of replication', 'medium')
  if (drop) return lost(`runs ${shown(drop[0])} on a database`, 'critical')
  const every = /\balter\s+table\s+\S+\s+delete\s+where\s+1\b/i.exec(text)
  if (every) return lost(`deletes every row: ${shown(every[0])}`)
  const whole = sqlWhole.exec(text)
  if (whole && !/\bwhere\b(?!\s+(1\s*=\s*1|true)\b)/i.test(whole[0]))
    return lost(`changes every row: ${shown(whole[0])}`)
  const logs = /\b(reset\s+master|purge\s+(binary|master)\s+logs)\b/i.exec(text)
  if (logs) return lost(`runs ${shown(logs[0])}: what could be gone back to`, 'medium')
  const column = /\balter\s+table\s+\S+\s+drop\s+(column\s+)?["`\w]/i.exec(text)
  return column ? lost(`drops a column: ${shown(column[0])}`, 'medium') : []
}

const mongo = (args: readonly string[], input: string): readonly Finding[] =>
  /\.(dropDatabase|drop|deleteMany|remove)\s*\(\s*(\{\s*\})?\s*\)/.test([...args, input].join('\n'))
    ? lost('drops data in MongoDB', 'critical')
    : []

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
    /^(ns|namespaces?|pvc?|persistentvolume(claim)?s?|crds?|customresourcedefinitions?|nodes?|clusterroles?)(\/|$)/.test(
      kind,
    )
  )
    return lost(`kubectl deletes ${shown(kind)}`)
  if (
    args.some(
      (arg, index) =>
        /^(-f|--filename|-k|--kustomize)$/.test(args[index - 1] ?? '') && /^\.{1,2}$|\/$/.test(arg),
    )
  )
    return lost('kubectl deletes all that a folder describes', 'medium')
  if (kind.includes('\uE000') || /^\$/.test(kind)) return lost('kubectl deletes what a list names', 'medium')
  if (kind.includes(',')) return lost(`kubectl deletes ${shown(kind)}`, 'medium')
  // A pod comes back by itself; what makes pods, and what is named in a file, does not.
  if (workload.test(kind)) return lost(`kubectl deletes ${shown(kind)}`, 'medium')
  return []
}

const workload =
  /^(deploy(ments?)?|sts|statefulsets?|ds|daemonsets?|svc|services?|secrets?|ing(ress(es)?)?|cronjobs?|configmaps?)(\.\w+)*(\/|$)/

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
  /^(rb|nuke|batch-delete-\w+|schedule-key-deletion|leave-organization|close-account|(delete|terminate|destroy|purge|remove|deregister)(-(?!tags|message|item\b|event-source-mapping)[\w-]+)?|disable-key|[a-z]+-(?:delete|destroy|terminate))$/

const cloud = (args: readonly string[]): readonly Finding[] => {
  if (has(args, 'help', '--generate-cli-skeleton')) return []
  const words = args.filter(
    (arg, index) =>
      !arg.startsWith('-') &&
      !/^--(subscription|query|profile|region|project|output)$/.test(args[index - 1] ?? ''),
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
  if (words[0] === 'storage' && words[1] === 'rm') return lost('deletes stored objects', 'medium')
  const settings = args.join(' ')
  if (/put-bucket-(lifecycle\S*.*Expiration|versioning.*Suspended)/.test(settings))
    return lost('lets what a bucket keeps expire', 'medium')
  if (args.some((arg) => /"Action"\s*:\s*"DELETE"/.test(arg)))
    return lost('deletes records of a zone', 'medium')
  if (verb === undefined) return []
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

const keyValue = (args: readonly string[], input: string): readonly Finding[] =>
  /\beval\b[\s\S]*\bdel\b[\s\S]*\bkeys\b|\bdebug segfault\b|^shutdown\b/i.test(
    [...args, input].join(' ').trim(),
  )
    ? lost('deletes by script from a Redis store, or stops it', 'medium')
    : emptied(args, input)

const emptied = (args: readonly string[], input: string): readonly Finding[] =>
  /\b(flushall|flushdb|shutdown\s+nosave)\b/i.test([...args, input].join(' '))
    ? lost('empties a Redis store', 'critical')
    : []

/** A rule of retention says what stays: that is how backups are kept up. */
const keeps = (args: readonly string[]) => args.some((arg) => arg.startsWith('--keep'))
/** More than the last one or two: what is thrown away is what nobody meant to keep. */
const rotates = (args: readonly string[]) =>
  args.some(
    (arg, index) =>
      /^--keep-(hourly|daily|weekly|monthly|yearly|within\S*)/.test(arg) &&
      !/^0|=0/.test(args[index + 1] ?? arg),
  )

const backups: Readonly<Record<string, (args: readonly string[]) => readonly Finding[]>> = {
  restic: (args) =>
    (has(args, 'forget', 'prune') && ((has(args, '--prune') && !rotates(args)) || !keeps(args))) ||
    has(args, '--remove-all')
      ? lost('deletes backups', 'medium')
      : [],
  borg: (args) =>
    args[0] === 'delete'
      ? lost('deletes backups')
      : has(args, 'compact', 'recreate') || (args[0] === 'prune' && !keeps(args))
        ? lost('deletes old backups', 'medium')
        : [],
  azcopy: (args) =>
    args[0] === 'remove' || args[0] === 'rm' || args.some((arg) => /^--delete-destination(=true)?$/.test(arg))
      ? lost('deletes stored objects', 'medium')
      : [],
  'rdiff-backup': (args) =>
    args.some((arg, index) => /^--remove-older-than/.test(arg) && /^0|=0/.test(args[index + 1] ?? arg))
      ? lost('deletes backups', 'medium')
      : [],
  burp: (args) => (has(args, '-a') && has(args, 'delete') ? lost('deletes backups', 'medium') : []),
  bup: (args) =>
    has(args, 'rm') || (has(args, 'gc') && has(args, '--unsafe')) ? lost('deletes backups', 'medium') : [],
  snapper: (args) => (has(args, 'delete', 'rm') ? lost('deletes snapshots', 'medium') : []),
  timeshift: (args) => (has(args, '--delete-all', '--delete') ? lost('deletes snapshots', 'medium') : []),
  barman: (args) => (has(args, 'delete') ? lost('deletes backups', 'medium') : []),
  'wal-g': (args) => (has(args, 'delete') ? lost('deletes backups', 'medium') : []),
  pgbackrest: (args) => (has(args, 'stanza-delete') ? lost('deletes backups', 'medium') : []),
  duplicity: (args) =>
    /^(remove-|cleanup)/.test(args[0] ?? '') && has(args, '--force') ? lost('deletes backups', 'medium') : [],
  wmic: (args) =>
    args.some((arg) => /^shadowcopy$/i.test(arg)) && args.some((arg) => /^delete$/i.test(arg))
      ? lost('deletes shadow copies', 'critical')
      : [],
  vssadmin: (args) => (has(args, 'delete', 'Delete') ? lost('deletes shadow copies', 'critical') : []),
  wbadmin: (args) => (has(args, 'delete') ? lost('deletes backups', 'critical') : []),
  tmutil: (args) =>
    has(args, 'delete', 'deletelocalsnapshots')
      ? lost('deletes backups')
      : args[0] === 'disable'
        ? lost('switches backups off', 'medium')
        : [],
  // It asks back, unless told not to.
  velero: (args) =>
    has(args, 'delete') ? lost('deletes cluster backups', has(args, '--confirm') ? 'medium' : 'low') : [],
}

const objects = (args: readonly string[]): readonly Finding[] =>
  has(args, 'rm', 'rb', 'del') && args.some((arg) => /^--(recursive|force)/.test(arg))
    ? lost('deletes stored objects')
    : args[0] === 'rb' || has(args, '--remove')
      ? lost('deletes stored objects', 'medium')
      : []

const rules: Readonly<Record<string, (args: readonly string[], input: string) => readonly Finding[]>> = {
  psql: sql,
  mysql: sql,
  mariadb: sql,
  sqlite3: sql,
  sqlcmd: sql,
  sqlplus: sql,
  duckdb: sql,
  clickhouse: sql,
  'clickhouse-client': sql,
  cqlsh: sql,
  bq: (args, input) => (args[0] === 'rm' ? lost('deletes a BigQuery table or data set') : sql(args, input)),
  snowsql: sql,
  dropdb: (args) => lost('drops a database', has(args, '-i', '--interactive') ? 'low' : 'high'),
  nodetool: (args) =>
    has(args, 'decommission', 'clearsnapshot', 'removenode', 'assassinate')
      ? lost('takes a part of the store away', 'medium')
      : [],
  mysqladmin: (args) => (has(args, 'drop') ? lost('drops a database', 'critical') : []),
  cockroach: sql,
  usql: sql,
  pgcli: sql,
  mycli: sql,
  litecli: sql,
  'mssql-cli': sql,
  isql: sql,
  beeline: sql,
  hive: sql,
  trino: sql,
  presto: sql,
  'spark-sql': sql,
  'impala-shell': sql,
  mongorestore: (args) => (has(args, '--drop') ? lost('drops what it restores over', 'medium') : []),
  pg_restore: (args) =>
    has(args, '-c', '--clean') && !has(args, '-l', '--list') && args.some((arg) => /^(-d|--dbname)/.test(arg))
      ? lost('drops what it restores over', 'medium')
      : [],
  pg_dropcluster: () => lost('deletes a database cluster'),
  mongo,
  mongosh: mongo,
  'redis-cli': keyValue,
  'valkey-cli': keyValue,
  'keydb-cli': keyValue,
  docker: container,
  podman: container,
  nerdctl: container,
  'docker-compose': (args) =>
    has(args, 'down') && has(args, '-v', '--volumes') ? lost('docker-compose down deletes volumes') : [],
  kubectl: cluster,
  oc: cluster,
  helm: (args) => (has(args, 'uninstall', 'delete') ? lost('uninstalls a release', 'medium') : []),
  terraform: infrastructure,
  tofu: infrastructure,
  terragrunt: infrastructure,
  pulumi: infrastructure,
  cdk: infrastructure,
  cdktf: infrastructure,
  sls: (args) => (has(args, 'remove') ? lost('removes a deployed service', 'medium') : []),
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
    (args.includes('rm') && args.some((arg) => /^-[a-zA-Z]*[rR]|^-[a-zA-Z]*a/.test(arg)))
      ? lost('gsutil deletes objects or a bucket')
      : [],
  rclone: (args) =>
    /^(purge|delete)$/.test(args[0] ?? '')
      ? lost('rclone deletes remote files')
      : /^(cleanup|dedupe|rmdirs)$/.test(args[0] ?? '')
        ? lost('rclone deletes old or double files', 'medium')
        : [],
  mc: objects,
  s3cmd: objects,
  rbd: (args) =>
    has(args, 'rm', 'remove') || (has(args, 'purge') && has(args, 'snap'))
      ? lost('deletes a disk image or its snapshots', 'medium')
      : [],
  gh: (args) =>
    (args[0] === 'repo' && args[1] === 'delete') || (args[0] === 'release' && args[1] === 'delete')
      ? lost(`gh deletes a ${args[0]}`, args[0] === 'repo' ? 'high' : 'medium')
      : args[0] === 'api' &&
          args.some((arg, index) => /^(-X|--method)$/.test(arg) && args[index + 1] === 'DELETE')
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
  ...backups,
}
