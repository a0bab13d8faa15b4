import type { Finding } from '../../../finding.ts'
import { logsInWith } from '../credential-read/own-use.ts'
import { finding, shown } from '../detector.ts'
import { looksByName, unconcerned } from '../dispatch.ts'
import { upstreamOf } from '../shell/lineage.ts'
import type { Invocation, Reading } from '../shell/model.ts'
import { matterOf } from './matters.ts'

const NAME = 'upload'

const seen = (
  fact: string,
  summary: string,
  severity: Finding['severity'] = 'medium',
): readonly Finding[] => [finding(NAME, fact, severity, summary)]

/** What a cloud keeps, written out whole or shared with somebody by one order to it (MITRE ATT&CK T1537). */
const handsOut: Readonly<Record<string, RegExp>> = {
  aws: /^(ec2 (create-instance-export-task|export-image|create-store-image-task|modify-(snapshot|image|fpga-image)-attribute\b.*(--operation-type add|--launch-permission|--user-ids))|rds (start-export-task|modify-db-(cluster-)?snapshot-attribute\b.*--values-to-add)|dynamodb export-table-to-point-in-time|s3api put-bucket-replication|ram create-resource-share\b.*--allow-external|s3 presign|redshift authorize-snapshot-access|lambda add-layer-version-permission\b.*--principal|sqs start-message-move-task|rds create-integration|logs put-(subscription-filter|destination-policy)|backup put-backup-vault-access-policy|glacier set-vault-access-policy)\b/,
  az: /\b(generate-sas|snapshot grant-access|disk grant-access|sql db export)\b/,
  gcloud: /\bimages export\b|^(compute )?snapshots? add-iam-policy-binding\b.*all(Authenticated)?Users/,
  bq: /^extract\b/,
  oci: /\bpreauth-request create\b/,
}

/** Options that point a store's client at somebody else's store. */
const foreign = /^--(no-sign-request|endpoint-url(=|$)|sas-token(=|$)|source-sas|destination-sas)/
const carriers = new Set(
  'aws s3cmd s5cmd gsutil gcloud bq rclone azcopy az mc b2 oci mega-put megaput'.split(' '),
)
/** A signature made elsewhere: whoever made it owns the place. */
const carriesKey = /[?&](sig|X-Amz-Signature|X-Goog-Signature)=(?!$)/
const publishers = new Set('npm pnpm yarn twine cargo'.split(' '))
const none: readonly Finding[] = []

/** Clients of stores: what they hand out, and where to. */
export const stores = looksByName(handsOutOrPuts)

function handsOutOrPuts(invocation: Invocation, reading: Reading): readonly Finding[] {
  const { name, args } = invocation
  if (name === 'gh' && /^repo create\b/.test(args.join(' ')))
    return args.includes('--public') && args.includes('--push')
      ? seen('upload.shared', 'gh puts what is here on a public site')
      : []
  if (name === 'gh' && args[0] === 'release' && /^(upload|create)$/.test(args[1] ?? '')) {
    const what = args.slice(3).find((arg) => !arg.startsWith('-') && isWhole(arg))
    return what === undefined ? none : seen('upload.push', `gh puts ${shown(what)} beside a release`)
  }
  if (!carriers.has(name))
    return publishers.has(name) ? published(invocation) : name === 'gh' ? none : unconcerned
  const line = args
    .filter(
      (arg, index) =>
        !/^--(profile|region|project)$/.test(arg) &&
        !/^--(profile|region|project)$/.test(args[index - 1] ?? ''),
    )
    .join(' ')
  const pattern = Object.hasOwn(handsOut, name) ? handsOut[name] : undefined
  if (pattern?.test(line) && !args.includes('--help') && args.at(-1) !== 'help' && !sharesOne(line))
    return seen('upload.shared', `${name} hands out what is stored`)
  if (
    !/\b(cp|copy|copyto|sync|mv|move|put|put-object|upload|upload-batch|mirror|rsync|upload-file|rcat)\b/.test(
      line,
    )
  )
    return []
  const signed = args.findLast((arg) => arg.startsWith('https://') && carriesKey.test(arg))
  if (signed !== undefined && args.indexOf(signed) === args.findLastIndex((arg) => !arg.startsWith('-')))
    return seen('upload.raw', `${name} puts something where the line itself has the key: ${shown(signed)}`)
  const address = args.find((arg) => /^:(s3|sftp|ftp|webdav|http|azureblob|drive|b2)[,:]/.test(arg))
  if (address !== undefined) return seen('upload.raw', `${name} is told a place and its password in one line`)
  const at = args.findIndex((arg) => foreign.test(arg))
  const endpoint = at < 0 ? '' : `${args[at]} ${args[at + 1] ?? ''}`
  const isKeyInLine = args.some(
    (arg, index) =>
      /^--(account-key|connection-string)$/.test(args[index - 1] ?? '') && /^[\w+/=;-]/.test(arg),
  )
  if (name === 'az' && isKeyInLine)
    return seen('upload.raw', `${name} logs in with a key that stands in the line`)
  const places = args.filter((arg) => !arg.startsWith('-') && !/^https?:/.test(arg))
  const takesAway =
    /^\w+:\/\//.test(places.at(-1) ?? '') || !places.some((place) => /^(s3|gs):\/\//.test(place))
  if (at >= 0 && takesAway && !/localhost|127\.0\.0\.1|minio|localstack|\.internal\b/.test(endpoint))
    return seen('upload.raw', `${name} is pointed at somebody else's store`)
  const isBorrowed = reading.assignments.some(
    ([variable, value]) =>
      /^(AWS_SECRET_ACCESS_KEY|RCLONE_CONFIG_\w+_PASS|AZCOPY_\w*SECRET)$/.test(variable) &&
      /^[A-Za-z0-9/+_-]+$/.test(value),
  )
  if (isBorrowed) return seen('upload.raw', `${name} logs in with a key that stands in the line`)
  return put(invocation, reading)
}

const whole =
  /^(mysqldump|mariadb-dump|pg_dump|pg_dumpall|mongodump|mongoexport|slapcat|redis-cli|sqlite3|tar|docker|kubectl|env|printenv|history)$/
/** A report in one's own store is everyday work; a database, a mailbox or what is called confidential is not. */
function isWhole(path: string): boolean {
  const matter = matterOf(path)
  return matter === 'data'
    ? /\.(sql|db|sqlite3?|dump|bak|pst|ost|mbox|kdbx|mdb|pcapng|pcap|dmp)$/i.test(path)
    : matter !== undefined
}

/** Where machines keep what they serve and their people's files; nothing is built there. */
const kept =
  /^\/(srv|data|export|shared?|home|Users|mnt|var\/(lib|mail|spool|backups))(\/(?!.*(dist|build|public|static|html|www|site)\b)|$)/

const fileOption = /^(--file|-f|--source|-s|--source-path|--body|--upload-file)$/

const inBucket = /^(?:s3|gs):\/\/([^/]+)\/?(.*)$/

/** `gsutil cp gs://ours/dump.sql gs://theirs/`: what is called so is asked about, wherever it is kept. */
function betweenBuckets(args: readonly string[]): string | undefined {
  const places = args.filter((arg) => inBucket.test(arg))
  const [from, to] = places
  if (from === undefined || to === undefined) return undefined
  const [, ours = '', what = ''] = inBucket.exec(from) ?? []
  const [, theirs, where] = inBucket.exec(to) ?? []
  const isAll =
    what === '' && where === '' && args.some((arg) => /^(sync|rsync|--recursive|-r|-R)$/.test(arg))
  return ours !== theirs && (isAll || isWhole(what)) ? from : undefined
}

/** A way to one thing that is named, for a while: `s3 presign s3://b/report.pdf`. */
function sharesOne(line: string): boolean {
  const what =
    /^s3 presign (?:--\S+ )*s3:\/\/[^/\s]+\/(\S+)/.exec(line)?.[1] ??
    (/^storage blob generate-sas\b.*--expiry/.test(line) ? /(?:--name|-n) (\S+)/.exec(line)?.[1] : undefined)
  return what !== undefined && !what.endsWith('/') && !isWhole(what)
}

/** What is worth a question, put into a store: a build that is published is not. */
function put(invocation: Invocation, reading: Reading): readonly Finding[] {
  const { name, args } = invocation
  if (args.includes('-') || args.includes('/dev/stdin') || args[0] === 'rcat') {
    const dump = upstreamOf(invocation, reading).find((each) => whole.test(each.name))
    return dump === undefined ? [] : seen('upload.file', `${name} stores what ${dump.name} gathers`)
  }
  if (args.some((arg) => /^--dry-?run$/.test(arg))) return []
  const far = betweenBuckets(args)
  if (far !== undefined) return seen('upload.file', `${name} copies ${shown(far)} into another bucket`)
  const words = args.filter(
    (arg, index) =>
      (!arg.startsWith('-') || fileOption.test(args[index - 1] ?? '')) && !logsInWith(invocation, index),
  )
  const isToStore =
    /^[\w-]+:/.test(words.findLast((arg, index) => index > 0 && /[:/.]/.test(arg)) ?? '') ||
    args.some((arg) => fileOption.test(arg)) ||
    name === 'azcopy' ||
    (name === 'mc' && /^[\w-]+\/[\w.-]/.test(words.at(-1) ?? ''))
  const what = isToStore
    ? words.find(
        (arg) =>
          /[./~]/.test(arg) &&
          !/^[\w-]+:/.test(arg) &&
          (isWhole(arg) || (name !== 'rclone' && kept.test(arg))),
      )
    : undefined
  return what === undefined ? [] : seen('upload.file', `${name} stores ${shown(what)} elsewhere`)
}

const bareAddress =
  /^(https?:\/\/)?(?!127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|0\.0\.0\.0)\d{1,3}(\.\d{1,3}){3}([:/]|$)/

/** A package put on a server that has no name. */
function published({ name, args }: Invocation): readonly Finding[] {
  const isPublishing =
    (/^(npm|pnpm|yarn)$/.test(name) && args[0] === 'publish') ||
    (name === 'twine' && args[0] === 'upload') ||
    (name === 'cargo' && args[0] === 'publish')
  const target = isPublishing
    ? args.find((arg) => bareAddress.test(arg.replace(/^--[\w-]+=/, '')))
    : undefined
  return target === undefined ? [] : seen('upload.push', `${name} publishes to ${shown(target)}`)
}
