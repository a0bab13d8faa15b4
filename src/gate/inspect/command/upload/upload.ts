import type { Finding } from '../../../finding.ts'
import { isSecret, secretFile } from '../credential-read/secret-files.ts'
import { type CommandDetector, finding, none, ofEach, shown, together } from '../detector.ts'
import { isDuplex } from '../network.ts'
import { placeOf } from '../paths.ts'
import { sourcesOf, upstreamOf } from '../shell/lineage.ts'
import { hasMarker, type Invocation, type Reading } from '../shell/model.ts'
import { isNear, publicNumber, rawHost } from './addresses.ts'
import { carried, collectors, reveals } from './carriers.ts'
import { client } from './clients.ts'
import { copied } from './copies.ts'
import { givers } from './givers.ts'
import { keysAbroad } from './keys-abroad.ts'
import { dataFile, matterOf } from './matters.ts'
import { ontoSticks, throughMounts } from './mounts.ts'
import { byProgram } from './programs.ts'
import { published } from './published.ts'
import { stores } from './stores.ts'
import { codedName, namedAnywhere, stranger } from './strangers.ts'
import { ofWindows } from './windows.ts'

const NAME = 'upload'

/** Files or program output going to another machine. */
export const upload: CommandDetector = {
  name: NAME,
  inspect: (reading) =>
    together(
      ofEach(reading.invocations, ofInvocation, reading),
      ofEach(reading.invocations, client, reading),
      ofEach(reading.invocations, stores, reading),
      ofEach(reading.invocations, namedAnywhere, reading),
      ofEach(reading.invocations, givers, reading),
      ofEach(reading.invocations, keysAbroad, reading),
      ofEach(reading.invocations, published, reading),
      throughMounts(reading),
      ofEach(reading.invocations, ontoSticks, reading),
      ofEach(reading.windows, ofWindows, reading),
      ofEach(reading.invocations, codedName, reading),
      ofEach(reading.programs, byProgram, reading),
    ),
}

const dropPlaces =
  /(transfer\.sh|file\.io|0x0\.st|anonfiles|gofile\.io|bashupload|catbox\.moe|pastebin\.com|paste\.ee|termbin|ix\.io|sprunge\.us|dpaste|webhook\.site|pipedream\.net|requestbin|requestcatcher|requestrepo|beeceptor|interact\.sh|oast\.|oastify\.com|dnslog\.cn|ceye\.io|burpcollaborator|ngrok|loca\.lt|lhr\.life|serveo\.net|bore\.pub|webhook\.office\.com|chat\.googleapis\.com|hooks\.zapier\.com|maker\.ifttt\.com|script\.google\.com\/macros|docs\.google\.com\/forms|slack\.com\/api\/files|tmpfiles\.org|x0\.at|envs\.sh|ttm\.sh|ufile\.io|upload\.ee|justpaste\.it|cl1p\.net|seashells\.io|workupload|easyupload|sendspace|mediafire|limewire\.com|trycloudflare|discord(app)?\.com\/api\/webhooks|api\.telegram\.org|hooks\.slack\.com|temp\.sh|oshi\.at|wetransfer|mega\.nz|content\.dropboxapi\.com|api\.github\.com\/(gists|repos\/[^/]+\/[^/]+\/contents)|googleapis\.com\/upload|graph\.microsoft\.com\/\S*\/drive|hastebin|ghostbin|rentry\.co|privatebin|[/.]paste\w*\.\w|keep\.sh|filebin|uguu|pixeldrain|litterbox)/i
/** Where nobody has an account of his own: whatever is put there is for whoever knows the address. */
const anonymous =
  /webhook\.site|pipedream\.net|requestbin|requestcatcher|requestrepo|beeceptor|interact\.sh|oast\.|oastify\.com|dnslog\.cn|ceye\.io|burpcollaborator|transfer\.sh|0x0\.st|termbin|ix\.io|sprunge|bashupload|file\.io/i

function ofInvocation(invocation: Invocation, reading: Reading): readonly Finding[] {
  const { name, args } = invocation
  switch (name) {
    case 'curl':
    case 'curlie':
      return web(invocation, reading, curlBodies(args))
    case 'wget':
      return web(invocation, reading, wgetBodies(args))
    case 'http':
    case 'https':
    case 'xh':
      return web(invocation, reading, httpieBodies(invocation))
    case 'sftp':
      return [...copied(invocation), ...carried(invocation, reading)]
    case 'scp':
    case 'rsync':
      return copied(invocation)
    case 'getent':
      return /^a?hosts/.test(args[0] ?? '') ? named(invocation, reading) : none
    case 'dig':
    case 'nslookup':
    case 'host':
    case 'ping':
      return named(invocation, reading)
    case 'aws':
    case 's3cmd':
    case 'azcopy':
    case 'gsutil':
    case 'gcloud':
    case 'rclone':
    case 'mc':
    case 'az':
    case 'gh':
    case 'mail':
    case 'mailx':
    case 'mutt':
    case 'sendmail':
    case 'ftp':
    case 'lftp':
    case 'git':
    case 'ssh':
    case 'smbclient':
    case 'put':
    case 'mput':
    case 'tar':
      return carried(invocation, reading)
    default:
      return isDuplex(invocation) ||
        invocation.streams.stdout.kind === 'socket' ||
        (name === 'tee' && args.some((arg) => /^\/dev\/(tcp|udp)\//.test(arg)))
        ? raw(invocation, reading)
        : stranger(invocation, reading)
  }
}

function curlBodies(args: readonly string[]): readonly string[] {
  return args.flatMap((arg, index) => {
    if (/^(-[sSkLfgvi#]*[dFT]|--data[\w-]*|--form|--upload-file|--json|--form-string)$/.test(arg)) {
      const value = args[index + 1] ?? ''
      return [/^(-[sSkLfgvi#]*T|--upload-file)$/.test(arg) ? `@${value}` : value]
    }
    const joined = /^-([dFT])(.+)$/.exec(arg) ?? /^--(?:data[\w-]*|form|upload-file|json)=(.+)$/.exec(arg)
    return joined === null ? [] : [joined[1] === 'T' ? `@${joined[2]}` : (joined[2] ?? joined[1] ?? '')]
  })
}

function wgetBodies(args: readonly string[]): readonly string[] {
  return args.flatMap((arg, index) => {
    const match = /^--(?:post|body)-(file|data)(?:=(.*))?$/.exec(arg)
    if (!match) return []
    const value = match[2] ?? args[index + 1] ?? ''
    return [match[1] === 'file' ? `@${value}` : value]
  })
}

/** `field@file` sends a file. */
function httpieBodies({ args, streams }: Invocation): readonly string[] {
  if (streams.stdin.kind === 'file' && dataFile.test(streams.stdin.path)) return [`@${streams.stdin.path}`]
  return args
    .filter((arg) => /^[\w-]*=?@[^/]*[./]/.test(arg) || /^[\w-]+@[~./]/.test(arg))
    .map((arg) => arg.replace(/^[\w-]*=?@/, '@'))
}

/** What goes along with a request beside its body: `-H 'X: …'`, `-A`, `-b`. A token belongs there. */
function asides(args: readonly string[]): readonly string[] {
  return args.flatMap((arg, index) => {
    const before = args[index - 1] ?? ''
    const value = /^(-[HAbe]|--(header|user-agent|cookie|referer))$/.test(before)
      ? arg
      : /^--(?:header|user-agent|cookie|referer)=(.*)$/s.exec(arg)?.[1]
    return value === undefined || /^[\w-]*(auth|token|key|secret|version|id)[\w-]*:/i.test(value)
      ? []
      : [value]
  })
}

/** A variable that is a secret by its name, as a step of a path or asked for under a name that tokens do not have. */
const secretInPath =
  /^https?:\/\/[^/\s]+(\/[\w.%-]*)*(\/|\?(?!\w*(token|key|auth|secret|code|sig\w*|api\w*|pass\w*)=)\w+=)\$\{?[A-Z][A-Z0-9_]*(SECRET|TOKEN|PASSWORD|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY)[A-Z0-9_]*\}?/

function web(invocation: Invocation, reading: Reading, bodies: readonly string[]): readonly Finding[] {
  const { args, name } = invocation
  const address =
    args.find((arg) => /^https?:\/\//i.test(arg) || dropPlaces.test(arg) || rawHost.test(arg)) ?? ''
  // Output put into the address itself leaves just as well.
  const inAddress = sourcesOf(address, reading).filter(
    (source) =>
      anonymous.test(address) ||
      !/^(date|uname|git|basename|hostname|nproc|arch|dpkg|lsb_release|jq|cut|awk|sed|grep|tr|head|echo|curl|wget)$/.test(
        source.name,
      ),
  )
  if (secretInPath.test(address) && !isNear(address))
    return [finding(NAME, 'upload.address', 'high', `${name} puts a secret into an address`)]
  if (inAddress.length > 0)
    return [
      finding(
        NAME,
        'upload.address',
        'high',
        `${name} puts the output of ${inAddress[0]?.name ?? ''} into an address`,
      ),
    ]
  const aside = asides(args)
    .flatMap((value) => sourcesOf(value, reading))
    .find(({ name: source }) => collectors.test(source) || /^(cat|base64|xxd|gzip|head|tail)$/.test(source))
  if (aside !== undefined && !isNear(address))
    return [
      finding(NAME, 'upload.address', 'medium', `${name} puts the output of ${aside.name} into a header`),
    ]
  // `base64 file | xargs -I{} curl https://…/{}`.
  if (bodies.length === 0 && address.includes('{}') && !isNear(address)) {
    const encoder = upstreamOf(invocation, reading).find(({ name: source }) => encoders.test(source))
    if (encoder !== undefined)
      return [
        finding(NAME, 'upload.address', 'high', `${name} puts the output of ${encoder.name} into an address`),
      ]
  }
  if (bodies.length === 0)
    return /^(curl|wget)$/.test(name) &&
      dropPlaces.test(address) &&
      args.some((arg) => /^(-X|--request)?=?(POST|PUT)$/.test(arg))
      ? [finding(NAME, 'upload.drop', 'medium', `${name} puts something to ${shown(address)}`)]
      : []
  const isNamed = args.includes('--data-urlencode')
  const file = bodies
    .map((body) => (/(?:^|=)[@<](.+)$/.exec(body) ?? (isNamed ? /^\w+@(.+)$/.exec(body) : null))?.[1])
    .find((path) => path !== undefined)
  const output = bodies.flatMap((body) => sourcesOf(body, reading))[0]
  const isDrop = dropPlaces.test(address) || rawHost.test(address)
  const coded = bodies
    .flatMap((body) => sourcesOf(body, reading))
    .find(({ name: source }) => encoders.test(source))
  if (coded !== undefined && !isNear(address))
    return [finding(NAME, 'upload.file', 'medium', `${name} sends what ${coded.name} encoded`)]
  const what = file ?? output?.name
  if (what === undefined)
    return publicNumber.test(address) || anonymous.test(address)
      ? [finding(NAME, 'upload.raw', 'medium', `${name} posts to a bare address`)]
      : []
  if (file !== undefined && isSecret(file.replace(/;.*$/, '')))
    return [finding(NAME, 'upload.secret', 'critical', `${name} sends ${shown(file)} away`)]
  if (file === '-' || file === '/dev/stdin') return piped(invocation, reading, isDrop)
  if (isDrop)
    return [finding(NAME, 'upload.drop', 'high', `${name} sends ${shown(what)} to ${shown(address)}`)]
  const shownFile = file === undefined && !isNear(address) ? fileIn(bodies, reading) : undefined
  const place = file === undefined ? 'project' : placeOf(file)
  const isSystem = place === 'system' || /^\/(etc|var\/lib|root|proc)\//.test(`${file ?? shownFile ?? ''}/`)
  if (isSystem) return [finding(NAME, 'upload.system', 'high', `${name} sends ${shown(what)} away`)]
  if (file === undefined && !isNear(address) && bodies.some((body) => sourcesOf(body, reading).some(reveals)))
    return [finding(NAME, 'upload.file', 'medium', `${name} sends what ${shown(what)} says of this machine`)]
  const gathered = file === undefined ? undefined : gathererOf(file, reading)
  if (gathered !== undefined)
    return [finding(NAME, 'upload.drop', 'high', `${name} sends what ${gathered.name} made of files away`)]
  const isWhole =
    shownFile !== undefined ||
    (file !== undefined &&
      !isNear(address) &&
      isFile(invocation, file) &&
      !(isOwnAccount(args) && matterOf(file) === undefined))
  return [finding(NAME, 'upload.file', isWhole ? 'medium' : 'low', `${name} sends ${shown(what)} away`)]
}

/** `curl -u ci:$TOKEN -T app.jar https://nexus…`: a build handed to a service where somebody has an account. */
function isOwnAccount(args: readonly string[]): boolean {
  return args.some((arg, index) => {
    const before = args[index - 1] ?? ''
    if (/^(-u|--user)$/.test(before)) return arg.includes('$')
    if (/^(-H|--header)$/.test(before)) return ownToken.test(arg)
    return /^(-n|--netrc|--netrc-file)$/.test(arg)
  })
}
const ownToken =
  /^(authorization|private-token|job-token|deploy-token|x-jfrog-art-api|x-nuget-apikey|x-api-key|api-key|x-auth-token)\s*:.*\$/i

const asked = /\.(json|jsonl|ndjson|xml|ya?ml|graphql|form|sql|protobuf|soap|wat|lcov|info)$/i

/** A file itself, not the body of a request kept in one: what interfaces are called with is text in a few formats. */
function isFile({ name, args }: Invocation, file: string): boolean {
  const isHandedOver = args.some(
    (arg) => /^(-T|-F|--upload-file|--form|--multipart|\w*@)/.test(arg) || /^-[sSkLfgvi#]*T$/.test(arg),
  )
  if (asked.test(file)) return isHandedOver && /\.sql$/i.test(file)
  return /^(wget|xh|https?)$/.test(name) || isHandedOver || args.some((arg) => /^--data-binary/.test(arg))
}

/** `-d "$(cat notes.txt)"`: the file whose text the body is made of, unless it is written to be a body. */
function fileIn(bodies: readonly string[], reading: Reading): string | undefined {
  return bodies
    .filter((body) => !/^\w*(token|key|secret|password|code)=/i.test(body))
    .flatMap((body) => sourcesOf(body, reading))
    .filter(({ name }) => /^(cat|head|tail|strings|tac|nl|dd)$/.test(name))
    .flatMap(({ args }) => args.map((arg) => arg.replace(/^if=/, '')))
    .find((arg) => /[./]/.test(arg) && !arg.startsWith('-') && !asked.test(arg))
}

/** What packed or encoded the file that is sent. */
function gathererOf(file: string, reading: Reading): Invocation | undefined {
  const writers = reading.paths.writersOf(file)
  return writers
    .flatMap((each) => [
      each,
      ...upstreamOf(each, reading),
      ...each.args.flatMap((arg) => sourcesOf(arg, reading)),
    ])
    .find((each) => collectors.test(each.name) || /^(base64|xxd|openssl|gpg|gzip|xz|bzip2)$/.test(each.name))
}

const encoders = /^(base64|base32|xxd|hexdump|od|uuencode|gzip|bzip2|xz|zstd|openssl|gpg)$/
const clipboards =
  /^(pbpaste|xclip|xsel|wl-paste|screencapture|scrot|import|grim|maim|xwd|gnome-screenshot|arecord|parec(ord)?|pw-record|rec|sox|fswebcam|imagesnap|ffmpeg)$/

/** What comes out of these is kept by a database, a cluster, or a machine of its own. */
const tables =
  /^(psql|mysql|mariadb|mongosh?|mongoexport|sqlcmd|bcp|bq|clickhouse-client|kubectl|oc|helm|terraform|tofu|journalctl)$/

function piped(invocation: Invocation, reading: Reading, isDrop: boolean): readonly Finding[] {
  const sources = upstreamOf(invocation, reading)
  const address = invocation.args.find((arg) => /^https?:\/\//i.test(arg)) ?? ''
  // A file on its way through `cat` is sent whole, as `@file` is.
  const isStreamed = invocation.args.some((arg) => /^-[sSkLfgvi#]*T$|^--upload-file$/.test(arg))
  const isFileSent =
    !isNear(address) &&
    ((isStreamed && !sources.some((source) => collectors.test(source.name))) ||
      sources.some(
        (source) =>
          encoders.test(source.name) ||
          (source.name === 'cat' &&
            source.args.some(
              (arg) =>
                dataFile.test(arg) || (/^[/~.]|\.(txt|log|conf|cfg|ini)$/.test(arg) && !asked.test(arg)),
            )),
      ))
  if (isFileSent && !isDrop)
    return [
      finding(NAME, 'upload.file', 'medium', `sends a file through ${shown(sources.at(-1)?.name ?? '')}`),
    ]
  const revealing = sources.find(
    (source) =>
      collectors.test(source.name) ||
      clipboards.test(source.name) ||
      (!isNear(address) && tables.test(source.name)),
  )
  const severity = isDrop || revealing !== undefined ? 'high' : 'low'
  const what = (revealing ?? sources[0])?.name ?? 'its input'
  return [
    finding(
      NAME,
      severity === 'high' ? 'upload.drop' : 'upload.file',
      severity,
      `sends the output of ${shown(what)} away`,
    ),
  ]
}

/** Names looked up that are made of data: `dig $(cat secret | base64).example.com`. */
function named(invocation: Invocation, reading: Reading): readonly Finding[] {
  if (invocation.name === 'ping' && invocation.args.at(-1) === '-p')
    return [finding(NAME, 'upload.names', 'high', 'ping carries data that a program puts together')]
  if (invocation.name === 'ping' && invocation.args.includes('-p') && invocation.isRepeated)
    return [finding(NAME, 'upload.names', 'high', 'ping carries one piece of data after the other')]
  const word = invocation.args.find((arg) => sourcesOf(arg, reading).length > 0)
  if (word === undefined || !/\uE001[\w-]*\.[\w.-]+/.test(word))
    return invocation.name === 'ping' && invocation.args.includes('-p') && word !== undefined
      ? [finding(NAME, 'upload.names', 'high', 'ping carries data')]
      : []
  return [finding(NAME, 'upload.names', 'high', `${invocation.name} looks up a name made of program output`)]
}

function raw(invocation: Invocation, reading: Reading): readonly Finding[] {
  if (invocation.args.some((arg) => /^-[a-zA-Z]*l/.test(arg)) && invocation.streams.stdin.kind !== 'file')
    return []
  const file = invocation.streams.stdin.kind === 'file' ? invocation.streams.stdin.path : undefined
  if (file !== undefined && (!/^\/(tmp|dev)\//.test(file) || dataFile.test(file))) {
    const isSecret = secretFile(file) !== undefined
    return [
      finding(
        NAME,
        isSecret ? 'upload.secret' : 'upload.raw',
        isSecret ? 'critical' : 'medium',
        `${shown(invocation.name)} sends ${shown(file)} over a raw connection`,
      ),
    ]
  }
  const opened = invocation.args
    .find((arg) => /^(file|open|gopen):/i.test(arg))
    ?.replace(/^\w+:/, '')
    .split(',')[0]
  if (
    opened !== undefined &&
    invocation.args.some(
      (arg) =>
        /^(tcp|udp|ssl|openssl)\d?(-connect)?:/i.test(arg) ||
        (/^(tcp|udp|ssl|openssl)\d?-listen:/i.test(arg) && isSecret(opened)),
    )
  )
    return [
      finding(
        NAME,
        'upload.raw',
        'high',
        `${shown(invocation.name)} sends ${shown(opened)} over a raw connection`,
      ),
    ]
  const sources = upstreamOf(invocation, reading)
  const collector = sources.find(
    (source) =>
      collectors.test(source.name) ||
      source.name === 'cat' ||
      /^(helm|terraform|tofu|vault)$/.test(source.name) ||
      (/^(docker|podman|kubectl)$/.test(source.name) &&
        /^(cp|exec|save|export|logs)$/.test(source.args[0] ?? '')) ||
      (source.name === 'git' && /^(archive|bundle|diff|log|format-patch|show)$/.test(source.args[0] ?? '')) ||
      clipboards.test(source.name) ||
      (/^(dd|base64|xxd|gzip|openssl|gpg|head|tail|strings)$/.test(source.name) &&
        source.args.some((arg) => /^(if=)?[~/.]/.test(arg))),
  )
  if (collector !== undefined && !sources.some((source) => isDuplex(source)))
    return [finding(NAME, 'upload.raw', 'high', `the output of ${collector.name} goes over a raw connection`)]
  const isProducer =
    invocation.streams.stdout.kind === 'socket' &&
    (invocation.args.some(hasMarker) || /^(cat|tar|dd|base64|gzip|env|id|ps)$/.test(invocation.name))
  return isProducer
    ? [finding(NAME, 'upload.raw', 'high', `the output of ${invocation.name} goes over a raw connection`)]
    : []
}
