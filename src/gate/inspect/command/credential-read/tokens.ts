import type { Finding } from '../../../finding.ts'
import { finding, nameIs, none, shown } from '../detector.ts'
import { unconcerned } from '../dispatch.ts'
import { downstreamOf, sourcesOf } from '../shell/lineage.ts'
import { type Assignment, hasMarker, type Invocation, type Program, type Reading } from '../shell/model.ts'
import { isKeptIn, isPutAside } from './own-use.ts'
import { secretFile } from './secret-files.ts'

const NAME = 'credential-read'

const seen = (
  fact: string,
  summary: string,
  severity: Finding['severity'] = 'medium',
): readonly Finding[] => [finding(NAME, fact, severity, summary)]

/** How a client says that it is to show what it keeps: over its words as one line, options of place and format left out. */
const says: Readonly<Record<string, RegExp>> = {
  aws: /^(eks get-token|dynamodb (scan|query|get-item)\b.*--table-name[ =]\S*(api-?keys?|secrets?|credentials?|tokens?|passwords?)\b|elasticbeanstalk describe-configuration-settings|glue get-connections?|dms describe-endpoints|secretsmanager batch-get-secret-value|sts get-federation-token|sso get-role-credentials|cognito-identity get-credentials-for-identity|configure get \S*(secret|token)|[\w-]+ (get|create|generate)-[\w-]*(auth|authorization|session|bearer|db-auth)-token\b|[\w-]+ get-[\w-]*(password|credentials)\b(?!-policy)|sts assume-role|rds download-db-log-file-portion|lightsail (get-instance-access-details|download-default-key-pair)|apigateway get-api-keys?\b.*--include-values?|lambda get-function(-configuration)?\b.*environment|[\w-]+ (get|describe|batch-get|list)-.*--query[ =].*(userdata|(?<!`)environment(?!`)|client_?secret|secret(string|accesskey)|keymaterial|password))/i,
  az: /\b(list-keys|(?<!keyvault )keys? list|show-connection-string|connection-string (list|show)|list-connection-strings|list-publishing-(profiles|credentials)|secret (show|download)|key download|admin-key show|query-key list|show-keys|get-credentials\b.* --admin|list-account-sas|ad (sp|app) credential reset|appsettings list|secrets? list\b.*--show-values|staticwebapp secrets list|keyvault certificate download|keyvault key decrypt|login --expose-token|ml connection list\b.*--populate-secrets|rest\b.*(deviceLocalCredentials|list(keys|secrets|credentials)|\/credentials\b|appsettings\/list))\b|^keyvault (key|secret|certificate) backup\b|^devops invoke\b.*serviceendpoint|^deployment (group|sub|mg|tenant) (show|export)\b.*parameters/i,
  gcloud:
    /\bconfig config-helper\b|\bget-serial-port-output\b|\breset-windows-password\b|\bkms decrypt\b.*--plaintext-file[= ]-|\bsecrets versions access\b|\bprint-(access|identity|refresh)-token\b|^sql generate-login-token|^compute (instances|project-info|instance-templates) describe\b.*metadata/,
  gh: /^config get \S*token|^auth (token|status\b.*(--show-token| -t\b))/,
  travis: /^env list\b.*--decrypt/,
  rbw: /^(get|code)\b(?!.*(--clipboard|-c\b))/,
  passage: /^(show\b|(?!(ls|list|find|insert|edit|generate|rm|mv|cp|git|init|help|version)\b)[^-]\S*\/)/,
  'bitwarden-cli': /^(get (password|item|notes|totp)|export|list items)\b/,
  puttygen: /(^| )-O private/,
  pk12util: /(^| )-o /,
  kdb5_util: /^dump\b/,
  slapcat: /^/,
  'cloud-init': /^query\b.*user_?data|^query (-a|--all)\b/,
  ec2metadata: /--user-data/,
  'ec2-metadata': /(^| )(-d|--user-data)\b/,
  knife: /^(data bag show\b.*--secret|vault show)\b/,
  puppet: /^lookup\b.*(passw|secret|token|key)/i,
  'ansible-inventory': /--list\b.*--vault|--vault\S*.*--list/,
  ansible: /(^| )-m debug\b.*(passw|secret|token|vault|key)/i,
  glab: /^variable (get|export)\b|^auth status\b.*(--show-token| -t\b)/,
  gitea: /^admin user generate-access-token\b/,
  heroku:
    /^auth:token\b|^auth token\b|^config\b(?!:(set|unset|edit))(?!:get (?!\w*(KEY|TOKEN|SECRET|PASS|PWD|CRED|URL|URI|DSN))\w+\b)/i,
  vercel: /^env (pull|get)\b/,
  netlify: /^env:(list|get)\b.*(--plain|--json)|^env:get\b/,
  railway: /^(variables?|vars?)\b(?!.*(--set| set | delete ))/,
  eas: /^(env:pull|credentials)\b/,
  dotenvx: /^(decrypt|keypair)\b/,
  'dotenv-vault': /^(decrypt|pull)\b/,
  teller: /^(env|export|show|sh|yaml)\b/,
  berglas: /^access\b/,
  conjur: /^variable get\b/,
  akeyless: /^get-(secret-value|dynamic-secret-value|rotated-secret-value)\b/,
  credstash: /^(get|getall)\b/,
  hcp: /^vault-secrets secrets open\b/,
  nomad: /^var get\b/,
  keyctl: /^(print|read|pipe)\b/,
  'systemd-creds': /^(decrypt \S+( -)?$|cat\b)/,
  cryptsetup: /luksDump\b.*--dump-(master|volume)-key/,
  dmsetup: /^table\b.*--showkeys/,
  wg: /^(showconf|show\b.*\b(private-key|preshared-keys|dump))\b/,
  launchctl: /^getenv \w*(key|token|secret|passw)/i,
  mc: /^(alias|config host) (list|ls)\b.*--json|^alias export\b/,
  systemctl: /^show\b.*(-p|--property)[ =]?Environment\b/,
  ettercap: /(^| )(-M|--mitm)\b/,
  arpspoof: /./,
  sslstrip: /./,
  'ansible-vault': /^decrypt\b/,
  flyctl: /^auth token\b/,
  fly: /^auth token\b/,
  firebase: /^(login:ci|functions:(config:get|secrets:access))\b/,
  npm: /^config get \S*(_auth|password|token)/i,
  yarn: /^config get \S*(auth|password|token)/i,
  pnpm: /^config get \S*(_auth|password|token)/i,
  git: /^credential(-\w+)? (fill|get)\b|^config\b.*\b(extraheader|http\.\S*token)/,
  vault:
    /^(kv get|read(?! sys\/(health|seal-status|leader|mounts|auth|polic\w+)\b)|unwrap|print token|operator (unseal|generate-root))\b/,
  pulumi: /--show-secrets\b|^config get \S*(pass|secret|token|key)/i,
  podman: /^secret inspect\b.*--showsecret/,
  terraform: /^(state )?show\b.*-show-sensitive|^output\b.*-(raw|json)\b.*(password|secret|token|key)/i,
  tofu: /^output\b.*-(raw|json)\b.*(password|secret|token|key)/i,
  rclone: /^config (show|dump|reveal)\b|^reveal\b/,
  bw: /^list items\b/,
  'kwallet-query': /(^| )-r /,
  'redis-cli': /\bconfig get (requirepass|masterauth|\*)/i,
  sops: /^(-d|--decrypt|decrypt)\b|^exec-(env|file)\b.* ((ba|z)?sh( -c)? )?(env|printenv|export|set|cat|base64|(ba|z)?sh)\b/,
  consul: /^kv (export|get\b.*-recurse)/,
  etcdctl: /^get\b.*(secrets|(^| )\/ .*--prefix|--prefix.* \/$)/,
  'git-credential': /^(fill|get)\b/,
}

/** Words that choose an account, a place or a form, and stand between the verb and the client. */
const asidesOf =
  /^(--?(n|namespace|context|cluster|kubeconfig|profile|region|project|subscription|endpoints?|a|address|token-file))$/

/** The words of a client with what chooses the place left out, so that the verb stands first. */
export function lineOf(words: readonly string[]): string {
  // `git -c a=b credential fill`: settings for this once, before the verb.
  let first = 0
  while (words[first] === '-c' || words[first] === '-C') first += 2
  const args = first === 0 ? words : words.slice(first)
  return args
    .filter(
      (arg, index) =>
        !asidesOf.test(arg) &&
        !asidesOf.test(args[index - 1] ?? '') &&
        !/^--(profile|region|namespace|context|endpoints?|kubeconfig|project|cacert|cert|key)=/.test(arg),
    )
    .join(' ')
}

/** Clients told to print a secret, and other ways to the same. */
export function tokens(invocation: Invocation, reading: Reading): readonly Finding[] {
  const { name, args } = invocation
  const pattern = Object.hasOwn(says, name) ? says[name] : undefined
  if (pattern?.test(lineOf(args)) && !args.some((arg) => /^(--help|-h|-help)$/.test(arg)))
    return logsIn(invocation, reading)
      ? []
      : seen('credential.store', `${shown(name)} prints what it keeps secret`)
  switch (name) {
    case 'kubectl':
    case 'oc':
    case 'k':
      return logsIn(invocation, reading) || args.some((arg) => /^(-h|--help)$/.test(arg))
        ? []
        : cluster(lineOf(args))
    case 'docker':
    case 'nerdctl':
    case 'podman':
    case 'crictl':
      return (args.some((arg) => /\.Env\b/.test(arg)) && args.includes('inspect')) ||
        (args[0] === 'exec' &&
          /^(env|printenv)( *\|.*)?$/.test(args.at(-1) ?? '') &&
          !looksUpOne(invocation, reading))
        ? seen('credential.environment', `${name} shows the environment of a container`)
        : args.includes('inspect') && showsEnvironment(invocation, reading)
          ? seen('credential.environment', `${name} shows the environment of a container`)
          : forSecrets(invocation, reading)
    case 'git':
      return pastSecrets(invocation, reading)
    case 'script':
      return args.some((arg) => /(^|\/)\.[a-z]/i.test(arg)) ||
        args.some((arg) => /\b(gpg|ssh|su|sudo|passwd|login)\b/.test(arg))
        ? seen('credential.keys', 'script keeps what is typed and shown')
        : []
    case 'ssh-keygen':
      return args.includes('-p') && args[args.indexOf('-N') + 1] === '' && args.includes('-N')
        ? seen('credential.private-key', 'takes the passphrase off a key')
        : []
    case 'locate':
    case 'plocate':
      return args.some((arg) =>
        /^\*?(passw(or)?ds?|secrets?|credentials?|id_rsa|\.kdbx|shadow)\*?$/i.test(arg),
      )
        ? seen('credential.search', `looks for ${shown(args.at(-1) ?? '')} across the machine`)
        : []
    case 'ps':
      // Without a dash, `e` adds the environment of each program (BSD).
      return /^[a-z]*e[a-z]*$/.test(args[0] ?? '') && /[auxw]/.test(args[0] ?? '')
        ? seen('credential.environment', 'ps shows the environment of programs')
        : []
    case 'history':
    case 'fc':
    case 'declare':
    case 'strings':
    case 'log':
    case 'pbpaste':
    case 'wl-paste':
    case 'xclip':
    case 'xsel':
      return forSecrets(invocation, reading)
    case 'mysql':
    case 'mariadb':
    case 'psql':
    case 'mongo':
    case 'mongosh':
    case 'sqlcmd':
    case 'sqlplus':
      return [...args, invocation.input ?? ''].some((text) => accountTables.test(text))
        ? seen('credential.hashes', `${name} reads the passwords of a database`)
        : []
    default:
      if (lookers(name)) return elsewhere(invocation)
      return pattern === undefined ? unconcerned : none
  }
}

/** `… | docker login --password-stdin`: handed to the client that it is for, and shown to nobody. */
export function logsIn(invocation: Invocation, reading: Reading): boolean {
  if (isKeptIn(invocation) || isPutAside(invocation, reading)) return true
  return downstreamOf(invocation, reading).some(({ name, args }) =>
    /^(docker|podman|nerdctl|buildah|skopeo|crane|oras|helm)$/.test(name)
      ? args.includes('login') && args.some((arg) => arg.startsWith('--password-stdin'))
      : false,
  )
}

/** `git log -p | grep password`, `git log -S AWS_SECRET`: what was taken out of the files is in the history still. */
function pastSecrets(invocation: Invocation, reading: Reading): readonly Finding[] {
  const { args } = invocation
  if (/^(config|stash|reflog)$/.test(args[0] ?? '')) return forSecrets(invocation, reading)
  if (!/^(log|show|rev-list|grep|cat-file)$/.test(args[0] ?? '')) return none
  const kept = args
    .flatMap((arg) => /^[^-:\s][^:\s]*:([^:]+)$/.exec(arg)?.[1] ?? [])
    .find((path) => secretFile(path))
  if (kept !== undefined && /^(show|cat-file)$/.test(args[0] ?? ''))
    return seen('credential.history-searched', `shows ${shown(kept)} as it once was`)
  const isShown =
    args[0] !== 'log' || args.some((arg) => /^(-p|-u|--patch|--all|--reflog|--walk-reflogs|-g)$/.test(arg))
  const isAsked = args.some(
    (arg, index) =>
      (/^-[SG]/.test(arg) || /^-[SG]$/.test(args[index - 1] ?? '')) &&
      (secretValue.test(arg) || (isShown && secretWord.test(arg))),
  )
  return isAsked
    ? seen('credential.history-searched', 'looks for secrets in the history of the files')
    : args.some((arg) => /^(-p|--patch|--all)$/.test(arg))
      ? forSecrets(invocation, reading)
      : none
}

function showsEnvironment(invocation: Invocation, reading: Reading): boolean {
  return downstreamOf(invocation, reading).some(({ args }) => args.some((arg) => /\b[Ee]nvs?\b/.test(arg)))
}

/** Where databases keep who may log in. */
const accountTables =
  /\b(mysql\.user\b[\s\S]*|authentication_string|pg_shadow|pg_authid|rolpassword|system\.users|sys\.sql_logins|dba_users)\b/i

function cluster(line: string): readonly Finding[] {
  const isShown =
    /^get secrets?(\b|\/).*(-o(?![= ]?(name|wide)\b)\S*|--output(?![= ](name|wide)\b)\S*|--template\S*)/.test(
      line,
    ) || /^create token\b/.test(line)
  if (isShown) return seen('credential.store', 'kubectl prints secrets')
  return /^exec\b.*-- ((ba)?sh -c )?(env|printenv|cat \S*(serviceaccount\/token|\/run\/secrets\/))/.test(line)
    ? seen('credential.environment', 'kubectl shows the environment of a container')
    : []
}

export const secretWord =
  /pass|secret|token|api.?key|cred|sshpass|private|authorization|bearer|\bcurl\b.* -u\b|AKIA|sk[_-](live|ant|proj)|gh[pousr]_|glpat|xox[abp]|npm_\[?[\\A-Za-z]/i
/** `docker exec web env | grep NODE_ENV`: one variable, whose name is no secret's. */
export function looksUpOne(invocation: Invocation, reading: Reading): boolean {
  const search = downstreamOf(invocation, reading).at(0)
  return (
    search !== undefined &&
    /^([efz]?grep|rg)$/.test(search.name) &&
    !search.args.some((arg) => /^-\w*v|key|auth|url|dsn|\.[*+]|^\.$/i.test(arg) || secretWord.test(arg))
  )
}

/** How keys of well-known services begin: who looks for one looks for a key. */
const secretValue = /AKIA|ASIA\[|sk[_-](live|ant|proj)|gh[pousr]_|glpat-|xox[abp]-|AIza|BEGIN.*PRIVATE/

/** `history | grep pass`, `strings core | grep pass`. */
function forSecrets(invocation: Invocation, reading: Reading): readonly Finding[] {
  if (invocation.args.some((arg) => /^\/(dev|proc)\//.test(arg))) return []
  const search = downstreamOf(invocation, reading).find(
    ({ name, args }) =>
      /^(e|f|z)?grep$|^rg$|^ag$|^g?awk$/.test(name) && args.some((arg) => secretWord.test(arg)),
  )
  return search === undefined
    ? []
    : seen('credential.history-searched', `looks for secrets in what ${invocation.name} shows`)
}

const lookers = nameIs(
  /^(?:docker-credential-[\w-]+|git-credential-[\w-]+|dbus-send|gdbus|busctl|qdbus|bpftrace|frida|stap|avml|linpmem|winpmem|osxpmem|fmem|lime|memdump|dumpit|trufflehog|gitleaks|detect-secrets|noseyparker|whispers|nxc|crackmapexec|cme|netexec)/i,
)

/** Keyrings over their own bus, probes of what others type, memory taken whole. */
function elsewhere({ name, args }: Invocation): readonly Finding[] {
  // Helpers of docker and git speak one protocol: `get` prints what was stored.
  if (name.startsWith('docker-credential-') || name.startsWith('git-credential-'))
    return args[0] === 'get' || (args[0] === 'list' && name.startsWith('d'))
      ? seen('credential.store', `${shown(name)} prints a password that it keeps`)
      : []
  if (/^(dbus-send|gdbus|busctl|qdbus)$/.test(name))
    return args.some((arg) => /org\.freedesktop\.secrets?\b|org\.kde\.KWallet/i.test(arg))
      ? seen('credential.store', `${name} asks the keyring`)
      : []
  if (/^(bpftrace|frida|frida-trace|stap)$/.test(name))
    return args.some((arg) => /pam_get_authtok|SSL_(read|write)|readline|getpass|CryptUnprotect/i.test(arg))
      ? seen('credential.keys', `${name} listens to what programs are told in secret`)
      : []
  if (/^(avml|linpmem|winpmem|osxpmem|fmem|lime|memdump|dumpit)\S*$/i.test(name) && args.length > 0)
    return seen('credential.memory', `${shown(name)} takes the memory of the machine`)
  if (/^(trufflehog|gitleaks|detect-secrets|noseyparker|whispers)$/.test(name))
    return args.some((arg) =>
      /^(file:\/\/)?(\/|\/(home|root|etc|Users|var|opt|srv|mnt)(\/\S*)?|~\/?|\$HOME)$/.test(arg),
    )
      ? seen('credential.search', `${name} looks for secrets across the machine`)
      : []
  if (/^(nxc|crackmapexec|cme|netexec)$/.test(name))
    return args.some(
      (arg) =>
        /^--(sam|lsa|ntds|dpapi|laps|gkdi|gmsa\S*|sccm|user-desc\S*)$/.test(arg) ||
        /^(lsassy|nanodump|mimikatz|procdump|gpp_\w+|laps|handlekatz|ntdsutil|keepass\w*|rdcman|wifi|mobaxterm|putty|winscp|veeam|teams_localdb|firefox|hash_spider)$/.test(
          arg,
        ),
    )
      ? seen('credential.store', `${name} takes passwords of other machines`, 'high')
      : []
  return []
}

/** Keyrings and browsers have libraries too. */
const keyring =
  /\bkeyring\.get_(password|credential)\b|\bsecretstorage\b[\s\S]*get_secret|\bbrowser_cookie3\b|\bwin32crypt\b|CryptUnprotectData|ProtectedData\]?::Unprotect|PasswordVault\b|SecKeychain(Find|Search)|SecItemCopyMatching|libsecret|\bspwd\.getsp|HKEY_LOCAL_MACHINE['")\s,]+(?:r?["'])(SAM|SECURITY)\b|get_session\(\)\.get_credentials\(\)/

/** What is typed, shown or sent on this machine, whoever it belongs to. */
const listens =
  /\bpynput\b[\s\S]*\bListener\b|\bkeyboard\.(hook|on_press|on_release|record|start_recording)\s*\(|\bpyxhook\b|\bpyHook\b|\bHookManager\s*\(|GlobalMonitorForEvents|CGEventTapCreate|\bSetWindowsHookEx|\bGetAsyncKeyState\b|["'`]\/dev\/input\/event\d|\bscapy\b[\s\S]*\bsniff\s*\(|\bpcapy?\.open_live\s*\(|\bAF_PACKET\b[\s\S]*\brecv/

/** A variable that is a secret by its name, and what prints it whole; whether it is there may be asked. */
const secretInCode =
  /(?:environ(?:\.get)?|getenv|process\.env|ENV|Deno\.env\.get|Bun\.env)\s*[.[({]+\s*["'`]?[A-Z]\w*(?:SECRET|TOKEN|PASSWORD|PASSWD|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|CREDENTIALS?)\w*["'`]?\s*[\])}]*(?!\s*(?:\?|&&|!=|==|is\b|\.length|in\b))/
/** What libraries of clouds log in with, taken out of them. */
const ofLogin =
  /\bget_credentials\(\)[\s\S]{0,200}\.(?:secret_key|access_key|token)\b|\bgoogle\.auth\.default\s*\([\s\S]{0,300}\.token\b|\b\w*Credential\(\)\s*\.get_?token\s*\(/i
/** Variable after variable, or all of them as one thing. */
const everyVariable =
  /\bfor\b[^;{]{0,60}\bprocess\.env\b[\s\S]{0,200}\bprocess\.env\[|\$ENV\{\$_?\w*\}[\s\S]{0,80}\bkeys *%ENV|\bDeno\.env\.toObject\(\)(?!\.)|\bstringify\s*\([^)]{0,80}\bprocess\.env\b(?!\s*[.[])/
/** A whole file of settings, as libraries hand it to a program. */
const settingsInCode =
  /\bdotenv_values\s*\(|dotenv["'`]\)\s*\.\s*(?:config|parse)\s*\([^)]*\)(?!\s*[;\n])|\bDotenv\.(?:parse|load)\b/
const printsInCode =
  /\b(?:print|puts|console\.\w+|echo|say|p|var_dump|print_r|printf|println|write(?:ln)?|Write-\w+)\b(?!.*\b(?:len|bool|isset|empty|defined|strlen|length|Boolean)\s*\(|.*!!)/

export function ofLibraries({ code, language, by }: Program): readonly Finding[] {
  if (by === undefined && code.length >= LINE_CHARACTERS_MAX) return none
  if (
    by !== undefined &&
    code.length < LINE_CHARACTERS_MAX &&
    secretInCode.test(code) &&
    printsInCode.test(code)
  )
    return seen('credential.printed', `a ${language} program shows a secret`)
  if (by !== undefined && settingsInCode.test(code) && printsInCode.test(code))
    return seen('credential.printed', `a ${language} program shows what a file of settings keeps`)
  const isShown = printsInCode.test(code) || (by?.args.some((arg) => /^(-p|-pe|--print)$/.test(arg)) ?? false)
  if (by !== undefined && isShown && ofLogin.test(code))
    return seen('credential.printed', `a ${language} program shows what it logs in to a cloud with`)
  if (by !== undefined && everyVariable.test(code) && isShown)
    return seen('credential.environment', `a ${language} program prints the environment`)
  if (keyring.test(code)) return seen('credential.store', `a ${language} program asks the keyring`)
  return listens.test(code)
    ? seen('credential.keys', `a ${language} program listens to what is typed or sent here`)
    : none
}

/** A program longer than this is somebody's work and not a line typed to look. */
const LINE_CHARACTERS_MAX = 2_000

/** An agent that holds keys of somebody, reached through its socket: named, or looked for. */
export function borrowsAgent([name, value]: Assignment, reading: Reading): readonly Finding[] {
  if (name !== 'SSH_AUTH_SOCK') return none
  const isFound =
    hasMarker(value) &&
    sourcesOf(value, reading).some(({ args }) => args.some((arg) => /\/ssh-|^agent\.|\/agent\./.test(arg)))
  return isFound || /\/ssh-[^/]+\/agent\.(\d+|\*)$/.test(value)
    ? seen('credential.private-key', 'uses the keys that an agent of somebody holds', 'high')
    : none
}
