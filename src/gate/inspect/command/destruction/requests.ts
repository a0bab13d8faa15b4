import type { Finding } from '../../../finding.ts'
import { finding, shown } from '../detector.ts'
import { sqlSpoken } from './clients.ts'

// Requests of the web and of file transfer that delete where they arrive.

const NAME = 'destruction'

const lost = (summary: string, severity: Finding['severity'] = 'medium'): readonly Finding[] => [
  finding(NAME, 'destroy.service', severity, summary),
]

/** What a client of file transfer is told: many files, or a folder and all that is in it. */
export function transferred(name: string, told: readonly string[]): readonly Finding[] {
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

export function deleted(name: string, args: readonly string[], input: string): readonly Finding[] {
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
