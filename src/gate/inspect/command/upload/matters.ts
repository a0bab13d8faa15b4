import { secretFile } from '../credential-read/secret-files.ts'
import { placeOf } from '../paths.ts'

/** Why a file that goes away is worth a question: never because of the client that carries it. */
export type Matter = 'secret' | 'system' | 'confidential' | 'data'

/** What people keep data in, not what programs are written or called in. */
export const dataFile =
  /\.(csv|tsv|xlsx?|docx?|pptx?|pdf|sqlite3?|db|mdb|accdb|dump|sql|bak|zip|7z|rar|tar|tgz|gz|bz2|xz|zst|pst|ost|eml|mbox|pcap|pcapng|dmp|kdbx|key|pem|vcf|wallet|parquet|tar\.\w+)$/i

/** Of these a build makes as many as a theft does. */
const archive = /\.(zip|7z|rar|tar|tgz|gz|bz2|xz|zst|tar\.\w+)$/i

/** Names by which people say that something is not for everybody. Of code and tests they say nothing. */
const confidential =
  /(^|[/_.-])(customers?|clients?|patients?|employees?|payroll|salar(y|ies)|confidential|restricted|internal[-_]only|secrets?|passwords?|credentials?|creds|private|pii|ssns?|financ(e|es|ial|ials)|invoices?|medical|personal|payments?|members|backups?|dumps?|exports?|loot|exfil\w*|stolen|sensitive|proprietary|source[-_]?code|contracts?|tax(es)?|bank|wallets?|emails?|mailbox|contacts|database)([/_.-]|$|\d)/i
const ofPrograms =
  /(^|\/)(node_modules|dist|build|target|out|public|static|assets|docs?|tests?|spec|fixtures|examples?|coverage|\.next|_site|site|www|vendor|bin|release|artifacts?|packages?)(\/|$)|\.(js|ts|css|html?|map|py|rb|go|rs|java|md|png|jpe?g|svg|gif|woff2?|ya?ml|toml|json|xml|lock|sh)$/i

/** What goes away under this name, when that is more than the work at hand. */
export function matterOf(written: string): Matter | undefined {
  const path = written.replace(/^[\w-]*@/, '').replace(/^file:\/\//, '')
  if (path === '' || path === '-' || path.includes('://')) return undefined
  if (secretFile(path) !== undefined) return 'secret'
  if (/^(root|system|home|personal|device)$/.test(placeOf(path))) return 'system'
  if (/^\/(etc|root|proc|var\/(lib|mail|spool|backups))\//.test(`${path}/`)) return 'system'
  if (ofPrograms.test(path)) return undefined
  if (confidential.test(path)) return 'confidential'
  return dataFile.test(path) && !archive.test(path) ? 'data' : undefined
}
