import type { Finding } from '../../../finding.ts'
import { secretFile } from '../credential-read/secret-files.ts'
import { finding, nameIs, none, shown, together } from '../detector.ts'
import { looksByName, unconcerned } from '../dispatch.ts'
import { placeOf } from '../paths.ts'
import { sourcesOf, upstreamOf } from '../shell/lineage.ts'
import type { Invocation, Reading } from '../shell/model.ts'
import { dataFile, matterOf } from './matters.ts'

const NAME = 'upload'

const seen = (
  fact: string,
  summary: string,
  severity: Finding['severity'] = 'medium',
): readonly Finding[] => [finding(NAME, fact, severity, summary)]

/** Programs made to hand a file to somebody elsewhere, and the word that makes them do it. */
const handovers: Readonly<Record<string, RegExp>> = {
  wormhole: /^(send|tx)$/,
  'magic-wormhole': /^(send|tx)$/,
  croc: /^(send|[\w-]*\/\S+)$/,
  ffsend: /^(u|up|upload)$/,
  portal: /^send$/,
  gdrive: /^upload$/,
  onionshare: /./,
  'onionshare-cli': /^[^-]/,
  transfer: /[./]/,
  'mega-put': /./,
  megaput: /./,
  'dropbox_uploader.sh': /^upload$/,
  ftpput: /./,
  ncftpput: /./,
  wput: /./,
  'ftp-upload': /^[^-]/,
  tftp: /^(put|-p)$/,
  pastebinit: /^(-i|[^-].*)$/,
  ix: /./,
  swaks: /^--attach\S*$/,
  gist: /[./]/,
  snarf: /^(up|put)$/,
  'firefox-send': /./,
  sendme: /^send$/,
  bashupload: /./,
  gdown: /^upload$/,
}

/** Clients that carry one file to one place, listeners that hand out a folder, and settings that open one to all. */
export const client = looksByName(carriesOrServes)

function carriesOrServes(invocation: Invocation, reading: Reading): readonly Finding[] {
  const { name, args } = invocation
  const word = Object.hasOwn(handovers, name) ? handovers[name] : undefined
  if (
    word !== undefined &&
    !args.some((arg) => /^(--?help|-h|--version|help)$/.test(arg) && name !== 'ftp-upload')
  )
    return args.some((arg) => word.test(arg)) && !(name.endsWith('wormhole') && args.length < 2)
      ? seen(
          'upload.file',
          `${name} hands a file to somebody elsewhere`,
          isPublic(name) ||
            invocation.stage > 0 ||
            invocation.streams.stdin.kind === 'file' ||
            args.some(isMuch)
            ? 'medium'
            : 'low',
        )
      : []
  switch (name) {
    case 'finger':
    case 'whois':
      return args.some((arg) => sourcesOf(arg, reading).some(({ name: source }) => shows.test(source)))
        ? seen('upload.names', `${name} asks for a name made of program output`, 'high')
        : []
    case 'snmptrap':
    case 'snmpset':
    case 'ntpdate':
    case 'mosquitto_pub':
    case 'wscat':
    case 'websocat':
    case 'grpcurl':
    case 'twilio':
      return args.some((arg) => sourcesOf(arg, reading).some(({ name: source }) => shows.test(source))) ||
        (name === 'mosquitto_pub' && args.some((arg) => /^(-f|-s|-l)$/.test(arg)))
        ? seen('upload.names', `${name} carries what a file holds`)
        : []
    case 'ab':
    case 'ipfs':
      return (args[0] === 'add' || /^-[pu]$/.test(args[0] ?? '')) &&
        args.slice(1).some((arg) => /^[$/~]/.test(arg) || matterOf(arg) !== undefined)
        ? seen('upload.file', `${name} hands a file to somebody elsewhere`)
        : []
    case 'logger':
      return args.some((arg) => /^(-n|--server)/.test(arg)) && args.some((arg) => /^(-f|--file)/.test(arg))
        ? seen('upload.raw', 'logger sends a file to another machine')
        : []
    case 'restic':
    case 'borg':
    case 'duplicity':
    case 'kopia':
    case 'rdiff-backup':
      return args.some((arg) =>
        /^(\w+:)?(s3|sftp|rest|ssh|ftps?|https?|webdavs?|b2|rclone):|^(\w+@)?[\w-]+(\.[\w-]+)+:/.test(arg),
      ) && args.some((arg) => !arg.includes(':') && /^(system|home|personal|root)$/.test(placeOf(arg)))
        ? seen('upload.system', `${name} keeps a copy of the machine elsewhere`)
        : []
    case 'rsync':
      return args.includes('--daemon') && args.some((arg) => /^--(config|port)/.test(arg))
        ? seen('upload.served', 'rsync hands out folders to whoever asks')
        : []
    case 'cancel':
    case 'lp':
    case 'lpr':
      return args.some(
        (arg, index) => /^-[hH]$/.test(args[index - 1] ?? '') && !/^(localhost|127\.)/.test(arg),
      )
        ? seen('upload.raw', `${name} sends to a printer of another machine`)
        : []
    case 'hping3':
    case 'nping':
      return args.some((arg) => /^(--file|-E|--data-string|--data)$/.test(arg))
        ? seen('upload.names', `${name} carries data in packets`, 'high')
        : []
    case 'gh':
      if (/^(pr|issue|release|discussion|project)$/.test(args[0] ?? '') && tellsOthers(invocation, reading))
        return seen('upload.push', 'gh writes what this machine keeps to where others read it')
      if (
        args[0] === 'api' &&
        args.some((arg) => secretFile(/^\w+=@(.+)$/.exec(arg)?.[1] ?? '') !== undefined)
      )
        return seen('upload.secret', 'gh sends a secret', 'critical')
      return args[0] === 'api' &&
        args.some((arg) => /^\/?gists?\b/.test(arg)) &&
        args.some(
          (arg) =>
            /^files\S*=@./.test(arg) ||
            sourcesOf(arg, reading).some(({ name: source }) => shows.test(source)),
        )
        ? seen('upload.push', 'gh puts what a file holds on a public site')
        : together(served(invocation), opened(invocation))
    case 'glab':
      if (/^(mr|issue|release)$/.test(args[0] ?? '') && tellsOthers(invocation, reading))
        return seen('upload.push', 'glab writes what this machine keeps to where others read it')
      return args[0] === 'snippet' && args[1] === 'create'
        ? seen('upload.shared', 'glab puts a file where others read it')
        : []
    case 'hub':
      return args[0] === 'gist' && args[1] === 'create'
        ? seen('upload.shared', 'hub puts a file on a public site')
        : []
    case 'redis-cli':
    case 'mongosh':
    case 'sqlcmd':
      return tellsFar(invocation, reading)
        ? seen('upload.raw', `${name} hands what a file holds to another machine`)
        : []
    case 'mongorestore':
      return args.some((arg) => farAddress.test(arg)) &&
        upstreamOf(invocation, reading).some((each) => /dump/.test(each.name))
        ? seen('upload.raw', `${name} takes a dump to another machine`)
        : []
    case 'psql':
    case 'mysql':
    case 'mariadb': {
      const taken = args
        .flatMap((arg) => /\binfile\s+'([^']+)'/i.exec(arg)?.[1] ?? [])
        .find((path) => /^(secret|system)$/.test(matterOf(path) ?? ''))
      if (taken !== undefined) return seen('upload.raw', `${name} takes ${shown(taken)} into a database`)
      if (tellsFar(invocation, reading))
        return seen('upload.raw', `${name} hands what a file holds to another machine`)
      const isProgram = [...args, invocation.input ?? ''].some((arg) => /\bTO\s+PROGRAM\s+'/i.test(arg))
      if (isProgram) return seen('upload.program', `${name} hands a table to a program`)
      const isAway = args.some(
        (arg, index) =>
          publicNumber.test(arg.replace(/^(-h|--host=)/, '')) ||
          (/^(-h|--host)$/.test(args[index - 1] ?? '') && farName.test(arg)),
      )
      return isAway && upstreamOf(invocation, reading).some((each) => /dump/.test(each.name))
        ? seen('upload.raw', `${name} takes a dump to another machine`)
        : []
    }
    case 'osascript':
      return args.some((arg) => /\bshar(e|ing)\b[\s\S]*\bsharing service\b|com\.apple\.share/i.test(arg))
        ? seen('upload.file', 'osascript hands a file to a machine nearby')
        : []
    case 'nmap':
      return args.some((arg) => /http-put/.test(arg))
        ? seen('upload.raw', 'nmap puts a file on a server', 'high')
        : []
    case 'docker':
    case 'podman':
      return args[0] === 'push' && /^\d{1,3}(\.\d{1,3}){3}[:/]/.test(args.at(-1) ?? '')
        ? seen('upload.push', `${name} pushes an image to ${shown(args.at(-1) ?? '')}`)
        : []
    default:
      if (servers(name) || keepers.has(name)) return together(served(invocation), opened(invocation))
      return word === undefined ? unconcerned : none
  }
}

const shows = /^(cat|base64|base32|xxd|od|hexdump|head|tail|gzip|strings|tar|openssl)$/

const publicNumber = /^(?!127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|0\.|255\.)\d{1,3}(\.\d{1,3}){3}$/

/** The address of a database that is neither here nor near. */
const farAddress =
  /^(--(uri|host)=)?(mongodb(\+srv)?:\/\/)([^@/\s]*@)?(?!localhost|127\.|10\.|192\.168\.)[\w-]+(\.[\w-]+)*\.(?!internal|local|lan|corp|svc|test)[a-z]{2,}/i

/** A name that means the same everywhere. */
const farName = /^(?!.*\.(internal|local|lan|corp|svc|test)$)[\w-]+(\.[\w-]+)*\.[a-z]{2,}$/i

function tellsSecrets({ name, args }: Invocation): boolean {
  return (
    /^(env|printenv|set|history)$/.test(name) ||
    (shows.test(name) && args.some((arg) => matterOf(arg) === 'secret' || matterOf(arg) === 'system'))
  )
}

/** In the words of a comment, or on the input that it is read from. */
function tellsOthers(invocation: Invocation, reading: Reading): boolean {
  const { args } = invocation
  return (
    args.some((arg) => sourcesOf(arg, reading).some(tellsSecrets)) ||
    (args.includes('-') && upstreamOf(invocation, reading).some(tellsSecrets))
  )
}

/** Whatever is put there, everybody can read. */
const isPublic = nameIs(/^(pastebinit|ix|gist|snarf|bashupload|transfer|ftpput|ncftpput|wput|tftp)$/)

/** A folder, a place outside the work, an archive or data; one plain file of the work at hand is shared every day. */
const isMuch = (arg: string) =>
  !arg.startsWith('-') &&
  (/^(?:[~/.$*]|[A-Z]:\\)|[*\uE000]/.test(arg) || dataFile.test(arg) || matterOf(arg) !== undefined)

/** `redis-cli -h far.example set k "$(cat file)"`, `… -x set k < file`. */
function tellsFar(invocation: Invocation, reading: Reading): boolean {
  const { name, args, streams } = invocation
  const at = args.findIndex((arg) => /^(-h|--host|-S)$/.test(arg))
  const host = at < 0 ? (args.find((arg) => /^(-h|--host=)[\w.-]/.test(arg)) ?? '') : (args[at + 1] ?? '')
  return (
    /\w\.[a-z]{2,}$|\d(\.\d+){3}$/i.test(host) &&
    !/\.(internal|local|lan|corp|svc|test)$|(^|[h=])(127|10|192\.168)\./.test(host) &&
    (args.some((arg) => sourcesOf(arg, reading).some(({ name: source }) => shows.test(source))) ||
      // `redis-cli -x` takes the last word from its input.
      (name === 'redis-cli' &&
        args.includes('-x') &&
        (streams.stdin.kind === 'file' ||
          upstreamOf(invocation, reading).some((each) => shows.test(each.name) || tellsSecrets(each)))))
  )
}

const everyAddress = /^(--(address|bind|host)=)?(0\.0\.0\.0|\[?::\]?)(:\d+)?$/

const servers = nameIs(
  /^(npx|python[\d.]*|php|ruby|kubectl|httpd|twistd|caddy|http-server|webfsd|darkhttpd|serve|miniserve|updog|thttpd|pyftpdlib|droopy)$/,
)

/** A folder handed out to whoever asks. A server for the own browser, and one for the work at hand, are everyday work. */
function served(invocation: Invocation): readonly Finding[] {
  if (!servers(invocation.name)) return none
  const isFetched = invocation.name === 'npx'
  const words = isFetched ? invocation.args.filter((arg) => !/^(-y|--yes|--)$/.test(arg)) : invocation.args
  const name = isFetched ? (words[0] ?? '').replace(/@[^@/]*$/, '') : invocation.name
  if (isFetched && !/^(http-server|serve|live-server|local-web-server|ws|static-server)$/.test(name))
    return none
  const args = isFetched ? words.slice(1) : words
  const { cwd } = invocation
  const all = args.join(' ')
  const isServer =
    (/^python[\d.]*$/.test(name) &&
      /-m (http\.server|SimpleHTTPServer|pyftpdlib|uploadserver)\b/.test(all)) ||
    (name === 'php' && args.includes('-S')) ||
    (name === 'ruby' && args.includes('-run') && /\bhttpd\b/.test(all)) ||
    (name === 'caddy' && args[0] === 'file-server') ||
    (name === 'kubectl' ? args[0] === 'proxy' : !/^(python|php$|ruby$|caddy$)/.test(name))
  if (!isServer) return []
  const places =
    args.some((arg) => /^(-d|--directory|-t)/.test(arg)) || cwd === undefined ? args : [...args, cwd]
  const wide = places.find((arg) => /^[/~]/.test(arg) && /^(root|system|home|personal)$/.test(placeOf(arg)))
  if (wide !== undefined)
    return seen('upload.served', `${name} hands out ${shown(wide)} to whoever asks`, 'high')
  const isForAll = (name === 'php' || name === 'kubectl') && args.some((arg) => everyAddress.test(arg))
  const isOwnTool =
    name === 'ruby' ||
    /\b(pyftpdlib|uploadserver)\b/.test(all) ||
    (name === 'httpd' && args.some((arg) => /^-\w*[ph]/.test(arg)))
  return isForAll || isOwnTool ? seen('upload.served', `${name} hands out a folder to whoever asks`) : []
}

const keepers = new Set('aws s3cmd gcloud gsutil az gh'.split(' '))
const everybody = /(^|=)(public-read(-write)?|allUsers|allAuthenticatedUsers|blob|container)$/

/** What is stored elsewhere, opened to everybody or to another account (MITRE ATT&CK T1537). */
function opened({ name, args }: Invocation): readonly Finding[] {
  if (!keepers.has(name)) return none
  const all = args.join(' ')
  switch (name) {
    case 'aws':
    case 's3cmd': {
      const isShared =
        /modify-(db-(cluster-)?)?(snapshot|image)-attribute|modify-image-attribute/.test(all) &&
        /--values-to-add|--user-ids|--launch-permission|operation-type add|--group-names/.test(all)
      const isPublic =
        args.some(
          (arg, index) => everybody.test(arg) && (args[index - 1] === '--acl' || arg.startsWith('--acl=')),
        ) ||
        args.includes('--acl-public') ||
        /\bdelete-public-access-block\b|BlockPublicAcls=false/.test(all) ||
        args.some((arg, index) => arg === '*' && args[index - 1] === '--principal') ||
        args.some((arg, index) => /^bucket-owner-/.test(arg) && args[index - 1] === '--acl')
      return isShared || isPublic ? seen('upload.shared', `${name} opens what is stored to others`) : []
    }
    case 'gcloud':
    case 'gsutil':
      return args.some((arg) => /(^|=)all(Authenticated)?Users(:|$)|^public-read/i.test(arg))
        ? seen('upload.shared', `${name} opens what is stored to everybody`)
        : []
    case 'az':
      return /public-access (blob|container)|--allow-blob-public-access true/.test(all)
        ? seen('upload.shared', 'az opens what is stored to everybody')
        : []
    case 'gh':
      return /^repo edit\b.*--visibility[ =]public/.test(all) ||
        (/^gist create\b/.test(all) && !args.some((arg) => secretFile(arg) !== undefined))
        ? seen(
            'upload.shared',
            args[0] === 'gist' ? 'gh puts a file on a public site' : 'gh makes a repository public',
          )
        : []
    default:
      return []
  }
}
