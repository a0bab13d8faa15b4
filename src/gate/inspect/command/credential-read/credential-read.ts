import type { Finding } from '../../../finding.ts'
import { type CommandDetector, finding, nameIs, none, ofEach, shown, together } from '../detector.ts'
import { looksByName, unconcerned, wordMark } from '../dispatch.ts'
import { isUpload } from '../network.ts'
import { downstreamOf, sourcesOf } from '../shell/lineage.ts'
import { hasMarker, type Invocation, type Program, type Reading } from '../shell/model.ts'
import { asks } from './asks.ts'
import { copiedOut } from './copied-out.ts'
import { delegated } from './delegated.ts'
import { dumps } from './dumps.ts'
import { managers } from './managers.ts'
import { recordings } from './recordings.ts'
import { searches, tablesOfLogins } from './searches.ts'
import { type SecretRead, secretLiterals, secretsRead } from './secrets-read.ts'
import { borrowsAgent, logsIn, ofLibraries, secretWord, tokens } from './tokens.ts'
import { ofWindows } from './windows.ts'

const NAME = 'credential-read'

/** Reads what proves who somebody is: passwords, keys, tokens, sessions. */
export const credentialRead: CommandDetector = {
  name: NAME,
  inspect: (reading) =>
    together(
      ofEach(reading.invocations, ofInvocation, reading),
      ofEach(reading.sockets, bySocket, reading),
      ofEach(reading.assignments, borrowsAgent, reading),
      ofEach(reading.programs, ofLibraries, reading),
      ofEach(reading.windows, ofWindows, reading),
      ofEach(reading.programs, literals, reading),
      ofEach(reading.programs, dumped, reading),
    ),
}

function literals({ code, language }: Program): readonly Finding[] {
  return secretLiterals(code).map(({ path, secret }) =>
    finding(
      NAME,
      `credential.${secret.fact}`,
      secret.severity,
      `a ${language} program names ${secret.what}: ${shown(path)}`,
    ),
  )
}

function dumped({ facts, language }: Program): readonly Finding[] {
  return facts.dumpsEnvironment
    ? [finding(NAME, 'credential.environment', 'medium', `a ${language} program prints the environment`)]
    : none
}

const ofInvocation = looksByName(
  metadata,
  stores,
  searches,
  tablesOfLogins,
  dumps,
  managers,
  tokens,
  copiedOut,
  delegated,
  asks,
  recordings,
  printed,
  shadowHashes,
  environment,
  files,
)

const shadowWord = wordMark((word) => word.includes('ShadowHashData'))

function shadowHashes({ name, marks }: Invocation): readonly Finding[] {
  return (marks & shadowWord) === 0
    ? none
    : [finding(NAME, 'credential.hashes', 'high', `${shown(name)} reads password hashes`)]
}

function files(invocation: Invocation, reading: Reading): readonly Finding[] {
  const reads = secretsRead(invocation)
  return reads.length === 0 ? none : ofReads(reads, invocation, reading)
}

function ofReads(reads: readonly SecretRead[], invocation: Invocation, reading: Reading): readonly Finding[] {
  const { name } = invocation
  const findings: Finding[] = []
  for (const { path, secret } of reads) {
    if (secret.fact === 'settings' && isLoaded(invocation, reading)) continue
    if (secret.fact === 'history' && isSearchedForSecrets(invocation, reading)) {
      findings.push(
        finding(NAME, 'credential.history-searched', 'medium', `looks for secrets in ${shown(path)}`),
      )
      continue
    }
    if (secret.fact === 'history' && isSearched(invocation, reading)) {
      findings.push(finding(NAME, 'credential.history', 'low', `looks something up in ${shown(path)}`))
      continue
    }
    // A name alone says little: what leaves under it is asked about, not stopped.
    const leaves =
      !/^(named|key-file)$/.test(secret.fact) &&
      (isUpload(invocation) ||
        /^(scp|rsync|sftp)$/.test(name) ||
        downstreamOf(invocation, reading).some(isUpload))
    findings.push(
      leaves
        ? finding(NAME, 'credential.sent', 'critical', `sends ${secret.what} (${shown(path)}) away`)
        : finding(NAME, `credential.${secret.fact}`, secret.severity, `reads ${secret.what}: ${shown(path)}`),
    )
  }
  return findings
}

const encoders = /^(base(64|32)|xxd|od|hexdump|rev|tr|fold|sed|cut)$/
const isPrinter = nameIs(/^(echo|printf|print|printenv|Write-(Output|Host))$/)
/** A variable whose name says that it is a secret, as a shell or `printenv` takes it. */
const secretVariable =
  /(?:^|[^\\#])\$\{?(?:env:)?[A-Z]\w*(?:SECRET|TOKEN|PASSWORD|PASSWD|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|CREDENTIALS?)(?:_?[A-Z0-9]*)?\}?(?!\w)|\$\{?(?:[A-Z]\w*_)?(?:DATABASE|DB|REDIS|MONGO(?:DB)?|POSTGRES(?:QL)?|MYSQL|AMQP|RABBITMQ|CELERY_BROKER)_UR[IL]\}?(?!\w)|\$\{?\w*CONNECTION_STRING\}?(?!\w)|\$\{?(?:SECRET|TOKEN|PASSWORD|PASSWD|API_?KEY|PRIVATE_?KEY)\}?(?!\w)/
/** A few letters say which key it is. */
const beginning = /\$\{\w+:0:\d\}/g
const secretName = /^\w*(SECRET|TOKEN|PASSWORD|PASSWD|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY)\w*$/

/** Shown to whoever reads the terminal or the log; handed on to a program or a file it is used. */
function printed({ name, args, streams, pipeline, stage }: Invocation): readonly Finding[] {
  if (!isPrinter(name)) return unconcerned
  // Through an encoder it passes every mask that a log lays over secrets.
  const after = pipeline.stages.slice(stage + 1).flat()
  const last = after.at(-1)?.streams ?? streams
  if (last.stdout.kind !== 'inherited' || !after.every((next) => encoders.test(next.name))) return []
  // What a workflow is given, all of it: the runner writes it into the line before a shell reads it.
  if (args.some((arg) => /\$\{\{\s*toJSON\(\s*(secrets|env)\s*\)/i.test(arg)))
    return [finding(NAME, 'credential.printed', 'high', `${name} shows all secrets of a workflow`)]
  const word = args.find((arg) =>
    name === 'printenv'
      ? secretName.test(arg)
      : secretVariable.test(arg.replace(beginning, '')) && !/::add-mask::|\$\$/.test(arg),
  )
  return word === undefined
    ? []
    : [finding(NAME, 'credential.printed', 'medium', `${name} shows a secret: ${shown(word)}`)]
}

/** `env $(cat .env | xargs) program`: settings on their way to the program that they are for. */
function isLoaded(invocation: Invocation, reading: Reading): boolean {
  return reading.invocations.some(
    ({ name, args }) =>
      /^(env|export|declare)$/.test(name) &&
      args.some((arg) => hasMarker(arg) && sourcesOf(arg, reading).includes(invocation)),
  )
}

/** For a word of one's own: what was typed before is looked up all day. */
function isSearched(invocation: Invocation, reading: Reading): boolean {
  return [invocation, ...downstreamOf(invocation, reading)].some(({ name }) =>
    /^(e|f|z)?grep$|^rg$|^ag$|^fzf$/.test(name),
  )
}

function isSearchedForSecrets(invocation: Invocation, reading: Reading): boolean {
  return [invocation, ...downstreamOf(invocation, reading)].some(
    ({ name, args }) =>
      /^(e|f|z)?grep$|^rg$|^ag$|^g?awk$/.test(name) && args.some((arg) => secretWord.test(arg)),
  )
}

const metadataHost =
  /(?:^|[/@=])(169\.254\.169\.254|169\.254\.170\.23?|169\.254\.0\.23|metadata\.google\.internal|metadata\.tencentyun\.com|100\.100\.100\.200|192\.0\.0\.192|\[?fd00:ec2::(?:254|23)\]?|0xa9fea9fe|2852039166|169\.254\.169\.254\.nip\.io)(?=[/:$\uE000]|$)|^https?:\/\/[^/]+\/(?:latest\/(?:meta-data|user-data|dynamic\/instance-identity)|computeMetadata\/v1|metadata\/(?:identity|instance)|opc\/v[12])(?:[/?]|$)/i

/** Which machine this is, and where: known to whoever is on it. */
const namesMachine =
  /^http:\/\/(169\.254\.169\.254\/latest\/meta-data\/(instance-(id|type|life-cycle)|ami-(id|launch-index|manifest-path)|(local|public)-(hostname|ipv4)|hostname|mac|reservation-id|security-groups|placement\/[\w-]+|tags\/instance(\/[\w-]+)?|spot\/\S+|events\/\S+)|(metadata\.google\.internal|169\.254\.169\.254)\/computeMetadata\/v1\/(instance\/(id|name|zone|region|hostname|machine-type|cpu-platform|preempted|tags)|project\/(project-id|numeric-project-id)))\/?$/

/** A look before the expression, which would otherwise run over every word of every command. */
function mayBeMetadata(arg: string): boolean {
  return /169|metadata|100\.100|ec2|2852039166|192\.0\.0\.192|latest\/|\/opc\/|a9fe/i.test(arg)
}

/** `/dev/tcp/169.254.169.254/80`: a shell needs no client to ask. */
function bySocket(address: string): readonly Finding[] {
  return mayBeMetadata(address) && metadataHost.test(`/${address.replace(/^\/dev\/(tcp|udp)\//, '')}/`)
    ? [
        finding(
          NAME,
          'credential.cloud-metadata',
          'medium',
          "opens a connection to the cloud's metadata service",
        ),
      ]
    : none
}

const metadataWord = wordMark((word) => mayBeMetadata(word) || /\/api\/v1\/|^X-Vault-Token:/i.test(word))

function metadata({ name, args, marks }: Invocation, { invocations }: Reading): readonly Finding[] {
  if ((marks & metadataWord) === 0) return none
  const store = args.find((arg) =>
    /^(https?:\/\/[^/]+|\$\{?\w+\}?)(?::\d+)?\/api\/v1\/(namespaces\/[^/]+\/)?secrets(\/|\?|$)/.test(arg),
  )
  if (store !== undefined)
    return [finding(NAME, 'credential.store', 'medium', `asks a cluster for its secrets: ${shown(store)}`)]
  const isVault = args.some((arg) => /^X-Vault-Token:/i.test(arg))
  if (
    isVault &&
    args.some((arg) => /^(?:https?:\/\/[^/]+|\$\{?VAULT_ADDR\}?)\/v1\/(?!sys\/(health|seal))\S/.test(arg))
  )
    return [finding(NAME, 'credential.store', 'medium', `${name} asks a vault for what it keeps`)]
  const address = args.find(
    (arg) => mayBeMetadata(arg) && (metadataHost.test(arg) || metadataHost.test(`/${arg}`)),
  )
  if (address === undefined || /^(echo|printf|grep|ping|ip|iptables|route)$/.test(name)) return none
  if (namesMachine.test(address)) return none
  // The token for what is asked next is judged with what is asked.
  const isFirst =
    address.endsWith('169.254.169.254/latest/api/token') &&
    invocations.some((each) => each.args.some((arg) => namesMachine.test(arg)))
  if (isFirst) return none
  const isCredential =
    /security-credentials|service-accounts|iam\/|\/token|identity\/oauth2|user-data|credentials/i.test(
      address,
    )
  return [
    finding(
      NAME,
      'credential.cloud-metadata',
      isCredential ? 'high' : 'medium',
      `asks the cloud's metadata service: ${shown(address)}`,
    ),
  ]
}

/** Programs that print what a store protects. */
const storeReaders = new Set(
  'security secret-tool gpg gpg2 getent gcloud aws kubectl oc vault gh netsh reg procdump gcore strings'.split(
    ' ',
  ),
)

function stores(invocation: Invocation, reading: Reading): readonly Finding[] {
  const { name, args } = invocation
  if (!storeReaders.has(name)) return unconcerned
  if (logsIn(invocation, reading)) return none
  const words = args.filter((arg) => !arg.startsWith('-')).join(' ')
  const all = args.join(' ')
  const seen = (summary: string, severity: Finding['severity'] = 'high') => [
    finding(NAME, 'credential.store', severity, summary),
  ]
  switch (name) {
    case 'security':
      return /^(dump-keychain|find-(generic|internet)-password|export)/.test(words)
        ? seen('security reads the keychain')
        : []
    case 'secret-tool':
      return /^(lookup|search)/.test(words) ? seen('secret-tool reads the keyring') : []
    case 'gpg':
    case 'gpg2':
      return /--export-secret/.test(all) ? seen('gpg exports private keys', 'medium') : []
    case 'getent':
      return /^(shadow|gshadow)/.test(words) ? seen('getent reads password hashes') : []
    case 'gcloud':
      return /^auth (application-default )?print-(access|identity)-token/.test(words)
        ? seen('gcloud prints a token', 'medium')
        : []
    case 'aws':
      return /^(sts get-session-token|iam create-access-key|configure export-credentials|secretsmanager get-secret-value|ssm get-parameters?)/.test(
        words,
      ) &&
        (!/^ssm/.test(words) || /--with-decryption/.test(all))
        ? seen('aws prints a credential', 'medium')
        : []
    case 'kubectl':
    case 'oc':
      return []
    case 'vault':
      return []
    case 'gh':
      return /^auth token/.test(words) ? seen('gh prints a token', 'medium') : []
    case 'netsh':
      return /wlan.*key=clear/i.test(all) ? seen('netsh prints Wi-Fi passwords') : []
    case 'reg':
      return /^save\s+hklm\\(sam|system|security)/i.test(all) ? seen('reg saves password hashes') : []
    case 'procdump':
      return seen(`${name} dumps credentials`, 'critical')
    case 'gcore':
    case 'strings':
      return /\/proc\/\d*\/?(mem|environ|maps)|ssh-agent|lsass/.test(all)
        ? seen(`${name} reads another program's memory`)
        : []
    default:
      return []
  }
}

/** An environment printed whole is where tokens live; printed and filtered for secrets, more so; sent, plainly. */
function environment(invocation: Invocation, reading: Reading): readonly Finding[] {
  const { name, args } = invocation
  if (name !== 'env' && name !== 'printenv' && name !== 'set' && name !== 'export') return unconcerned
  if (args.some((arg) => !/^-(0|p|-null)$/.test(arg))) return []
  if (name === 'set' && args.length > 0) return []
  const after = downstreamOf(invocation, reading)
  if (after.some(isUpload))
    return [finding(NAME, 'credential.sent', 'critical', 'sends the environment away')]
  const filter = after.find((each) => /^(grep|egrep|rg|awk|sed)$/.test(each.name))
  const isForSecrets =
    filter?.args.some((arg) =>
      /key|token|secret|pass|cred|aws(?!_?(region|default|profile|page))|auth/i.test(arg),
    ) ?? false
  return isForSecrets
    ? [finding(NAME, 'credential.environment', 'medium', 'looks through the environment for secrets')]
    : [finding(NAME, 'credential.environment-listed', 'info', 'prints the environment')]
}
