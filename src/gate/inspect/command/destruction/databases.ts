import type { Finding } from '../../../finding.ts'
import { finding, shown } from '../detector.ts'
import { unconcerned } from '../dispatch.ts'
import type { Invocation, Reading } from '../shell/model.ts'

const NAME = 'destruction'

type Rule = (args: readonly string[], input: string) => readonly Finding[]

/** Databases and stores of keys, by what their clients are told: as words, on standard input, or in a file that the text wrote. */
export function databaseLoss(invocation: Invocation, reading: Reading): readonly Finding[] {
  const { name, args, isRepeated } = invocation
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
  if (rule === undefined) return unconcerned
  const found = rule(args, told(invocation, reading))
  if (found.length === 0 && rule === sql && makesStatements(invocation))
    return lost('makes statements that drop, and runs them', 'critical')
  if (found.length > 0 || !isRepeated) return found
  return args.some((arg) => /^(del|unlink|delete)$/i.test(arg))
    ? lost(`${shown(name)} deletes everything that a list names`, 'medium')
    : []
}

/** `psql -c "SELECT 'DROP TABLE ' || …" | psql`: what the first one answers is what the second one runs. */
const makesStatements = ({ args, pipeline, stage }: Invocation) =>
  (pipeline.stages[stage + 1] ?? []).some(({ name }) => Object.hasOwn(rules, name) && rules[name] === sql) &&
  args.some((arg) => sqlLoss.test(arg) || /'(?:drop|truncate) (?:table|database|schema)? ?'/i.test(arg))

const lost = (summary: string, severity: Finding['severity'] = 'high'): readonly Finding[] => [
  finding(NAME, 'destroy.service', severity, summary),
]
const has = (args: readonly string[], ...words: string[]) => args.some((arg) => words.includes(arg))

/** `psql -f wipe.sql`, `mysql < wipe.sql`, `.read wipe.sql`, `@wipe.sql`: where the text wrote that file, it says what runs. */
function told({ args, input, redirections }: Invocation, reading: Reading): string {
  if (reading.writes.length === 0) return input ?? ''
  const files = [
    ...args.map((arg) => /(?:^|=|@|\.read |^-f|^source )([^\s=@]+\.\w+)$/.exec(arg)?.[1] ?? arg),
    ...redirections.flatMap(({ direction, endpoint }) =>
      direction === 'read' && endpoint.kind === 'file' ? [endpoint.path] : [],
    ),
  ].map((path) => path.replace(/^\.\//, ''))
  const written = reading.writes.filter(
    ({ path, text }) => text !== undefined && files.includes(path.replace(/^\.\//, '')),
  )
  return [input ?? '', ...written.map(({ text }) => text ?? '')].join('\n')
}

/** Statements without a way back; a DELETE or UPDATE only without a WHERE. */
const sqlLoss =
  /\b(drop\s+(table|(?:pluggable\s+)?database|schema|user|role|keyspace|collection|owned|warehouse|tablespace|stream|measurement|series|bucket|namespace|catalog|graph|space)|remove\s+(?:database|namespace|table)\s|truncate\s+(table\s+)?["`\w])/i
const sqlWhole =
  /\bdelete\s+from\s+["`\w.]+\s*(where\s+(1\s*=\s*1|true)\s*)?(;|$)|\bupdate\s+["`\w.]+\s+set\s+[^;]*(;|$)/i

const onlyAsks = /^\s*select\b(?:[^;'"]|'[^']*'|"[^"]*")*;?\s*$/i

const sql: Rule = (args, input) => {
  if (has(args, '-readonly', '--readonly', '-safe', ':memory:')) return []
  // What an option carries is no comment: `--query="DROP …"`.
  const words = args.map((arg) => arg.replace(/^--[\w-]+(?:=|$)/, ''))
  const text = [...words, input].join('\n').replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, ' ')
  const drop = sqlLoss.exec(text)
  // Words in a question change nothing.
  if (drop && args.some((arg) => onlyAsks.test(arg)) && !sqlLoss.test(text.replace(/'[^']*'|"[^"]*"/g, '')))
    return []
  if (/\bpg_drop_replication_slot\b/.test(text)) return lost('drops a slot of replication', 'medium')
  if (/\blo_unlink\(\s*(?:oid|loid)\b/.test(text)) return lost('deletes every large object')
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

const mongo: Rule = (args, input) =>
  /\b_?dropDatabase\b|\brunCommand\(\s*\{\s*["']?drop\b|\.(drop|deleteMany|remove)\s*\(\s*(\{\s*\})?\s*\)/.test(
    [...args, input].join('\n'),
  )
    ? lost('drops data in MongoDB', 'critical')
    : []

const keyValue: Rule = (args, input) =>
  /\beval\b[\s\S]*\bdel\b[\s\S]*\bkeys\b|\bdebug (?:segfault|reload nosave)\b|^shutdown\b|\bcluster reset\b|\b(?:script|function) flush\b|\bxtrim \S+ maxlen =? ?0\b|\bacl deluser\b/i.test(
    [...args, input].join(' ').trim(),
  )
    ? lost('deletes by script from a Redis store, or stops it', 'medium')
    : emptied(args, input)

const emptied: Rule = (args, input) =>
  /\b(flushall|flushdb|shutdown\s+nosave)\b/i.test([...args, input].join(' '))
    ? lost('empties a Redis store', 'critical')
    : []

const manager: Rule = (args, input) =>
  /\b(?:delete|drop)\b[^;]*\b(?:backup|backupset|archivelog|copy|obsolete|database)\b/i.test(
    [...args, input].join(' '),
  )
    ? lost('deletes backups of a database', 'medium')
    : []

/** What an account of tests holds is made again by the next run of them. */
const isForTests = (name: string) => /(?:^|[_-])tests?(?:[_-]|\d*$)/.test(name)

const rules: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(
    'psql mysql mariadb sqlite3 sqlite sqlcmd osql sqlplus sql duckdb clickhouse clickhouse-client clickhouse-local cqlsh ycqlsh ysqlsh snowsql snow cockroach usql pgcli mycli litecli mssql-cli tsql bsqldb isql isql-fb fbsql beeline hive trino presto spark-sql impala-shell db2 mysqlsh surreal vsql nzsql bteq hdbsql sqlline ksql ksqldb-cli dolt exaplus monetdb mclient taos gsql'
      .split(' ')
      .map((name) => [name, sql] as const),
  ),
  bq: (args, input) => (args[0] === 'rm' ? lost('deletes a BigQuery table or data set') : sql(args, input)),
  rman: manager,
  hbase: (_, input) =>
    /^\s*(?:drop|drop_all|truncate\w*)\b/m.test(input) ? lost('drops tables of HBase', 'critical') : [],
  'neo4j-admin': (args) =>
    args.some((arg) => /^--overwrite-destination(?:=true)?$/.test(arg))
      ? lost('writes over a database', 'medium')
      : [],
  memcflush: () => lost('empties a store of keys', 'medium'),
  dropdb: (args) =>
    lost(
      'drops a database',
      has(args, '-i', '--interactive') || isForTests(args.at(-1) ?? '') ? 'low' : 'high',
    ),
  // Whoever owns something is not dropped.
  dropuser: () => lost('drops an account of a database', 'low'),
  nodetool: (args) =>
    has(args, 'decommission', 'clearsnapshot', 'removenode', 'assassinate')
      ? lost('takes a part of the store away', 'medium')
      : [],
  mysqladmin: (args) => (has(args, 'drop') ? lost('drops a database', 'critical') : []),
  mongorestore: (args) => (has(args, '--drop') ? lost('drops what it restores over', 'medium') : []),
  mongoimport: (args) => (has(args, '--drop') ? lost('drops what it imports over', 'medium') : []),
  gbak: (args) =>
    args.some((arg) => /^-(?:rep(?:lace_database)?|r(?:ecreate_database)?)$/i.test(arg)) &&
    (args.some((arg) => /^-rep/i.test(arg)) || has(args, 'o', 'overwrite'))
      ? lost('writes over a database', 'medium')
      : [],
  pg_restore: (args) =>
    has(args, '-c', '--clean') && !has(args, '-l', '--list') && args.some((arg) => /^(-d|--dbname)/.test(arg))
      ? lost('drops what it restores over', 'medium')
      : [],
  pg_dropcluster: () => lost('deletes a database cluster'),
  pg_ctlcluster: (args) => (has(args, 'drop') ? lost('deletes a database cluster') : []),
  pg_resetwal: (args) =>
    args.some((arg) => /^-\w*f|^--force$/.test(arg))
      ? lost('throws away what a database has not written yet', 'medium')
      : [],
  mongo,
  mongosh: mongo,
  mongos: mongo,
  arangosh: mongo,
  'redis-cli': keyValue,
  'valkey-cli': keyValue,
  'keydb-cli': keyValue,
  iredis: keyValue,
}

export const databaseNames: readonly string[] = Object.keys(rules)
