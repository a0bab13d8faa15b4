// Secrets asked for in words: of a client that nobody lists, of a database, of a service's search, of a cloud by a
// variable that holds its address.
import type { Finding } from '../../../finding.ts'
import { finding, nameIs, none, shown } from '../detector.ts'
import { wordMark } from '../dispatch.ts'
import { downstreamOf } from '../shell/lineage.ts'
import type { Invocation, Reading } from '../shell/model.ts'
import { looksUpOne } from './tokens.ts'

const NAME = 'credential-read'

const seen = (fact: string, summary: string): readonly Finding[] => [finding(NAME, fact, 'medium', summary)]

const databases = nameIs(
  /^(sqlite3?|mysql|mariadb|psql|pgcli|mycli|sqlcmd|sqlplus|usql|duckdb|clickhouse(-client)?|mongo(sh)?|cqlsh|influx|cypher-shell)$/,
)
/** What a table of accounts keeps beside their names. */
const accountColumns =
  /\bselect\b[^;]{0,300}\b(user_)?(pass(word|wd)?|pwd)(_?(hash|digest|salt|enc\w*))?\b[^;]{0,200}\bfrom\b|\bselect\b[^;]{0,300}\b((access|refresh|auth|session|api|reset)_?(token|key)|secret(_?key)?|private_?key|card_?number|cvv|ssn)\b[^;]{0,200}\bfrom\b|\bselect\s+\*\s+from\s+\S*\b(\w*_)?(credentials?|secrets?|api_?keys?|passwords?|access_tokens?|password_resets?)\b|\bdb\.(\w*_)?(credentials?|secrets?|api_?keys?|passwords?|tokens?)\.find\(/i

/** Questions to a service for what its people called secret: `?query=password`, `search code "BEGIN RSA"`. */
const searchAddress =
  /^https?:\/\/[^\s?]+\?(\S*&)?(q|query|search|keywords?|term)=["']?[^&\s]*(passw(or)?d|secret|api[_-]?key|credential|private[_+-]?key|AKIA)/i

/** Files and pages that no server means to show, asked of one that is not here. */
const leftOpen =
  /^https?:\/\/(?!localhost|127\.|0\.0\.0\.0|\[::1\])[^\s/]+\/(\S*\/)?(actuator\/(env|heapdump|configprops)|\.env(\.\w+)?|\.git\/(config|HEAD)|\.git-credentials|\.aws\/credentials|\.ssh\/id_\w+|wp-config\.php[.~]\w*|\.htpasswd|id_rsa|web\.config|config\.php\.\w+|debug\/pprof\/heap|heapdump)\/?$/i

/** Where a cloud tells a program inside it to ask for its tokens, by the variable that holds the address. */
const tokenVariable =
  /\$\{?(IDENTITY_ENDPOINT|MSI_ENDPOINT|AWS_CONTAINER_CREDENTIALS_(RELATIVE|FULL)_URI|ECS_CONTAINER_METADATA_URI(_V4)?|ACTIONS_ID_TOKEN_REQUEST_URL|SYSTEM_OIDCREQUESTURI|GCE_METADATA_HOST)\b/
/** A login that somebody else finishes: whoever asked gets the token (MITRE ATT&CK T1528). */
const deviceLogin = /^https?:\/\/\S*\/(oauth2(\/v\d[.\d]*)?\/devicecode|login\/device\/code|device\/code)\b/i

const webClients = nameIs(/^(curl|wget|https?|xh|Invoke-RestMethod|Invoke-WebRequest|irm|iwr)$/)

/** Programs with sub-commands of their own rules, and those whose words are no orders. */
const spokenFor = nameIs(
  /^(kubectl|oc|k|aws|az|gcloud|gsutil|vault|doppler|gh|glab|op|bw|pass|gopass|terraform|tofu|pulumi|helm|docker|podman|nerdctl|git|npm|pnpm|yarn|pip3?|echo|printf|print|cat|ls|find|fd|locate|[efz]?grep|rg|ag|sed|g?awk|curl|wget|ssh|scp|rsync|cp|mv|rm|mkdir|touch|chmod|chown|man|info|apropos|tldr|which|type|test|\[|\[\[|make|cargo|go|python[\d.]*|node|ruby|perl|php|java|(ba|da|z|k|fi)?sh|pwsh|powershell|export|set|alias|read|local|declare|for|if|eksctl|kops|snap|apt|apt-get|brew|dnf|yum|systemctl|openssl|gpg2?|ssh-keygen|passwd|chpasswd|useradd|usermod|htpasswd|xdg-open|open|code|vim?|nano)$/,
)
const shows =
  /^(show|lookup|get|read|print|reveal|view|dump|export|decrypt|fetch|access|retrieve|download|extract|display)$/
const secret =
  /^(secrets?|secret[-_]?(keys?|values?|text)|passwords?|passphrases?|credentials?|tokens?|(access|api|auth|private|secret|oauth|refresh|bearer|session|admin|root|master)[-_]?(tokens?|keys?|passwords?|secrets?)|access-?key-?secret|connection-?strings?)$/
/** One word that is both: `show-token`, `secret:get`, `getSecret`, `oauth-tokens`. */
const both =
  /^(show|get|read|print|reveal|view|dump|export|decrypt|fetch)[-_:]?(\w+[-_:])?(secrets?(-?values?)?|passwords?|tokens?|api-?keys?|access-?keys?|private-?keys?|credentials([-_]\w+)*)$|^(\w+[-_:])?(secrets?|passwords?|tokens?|keys?|credentials?|env)[-_:](show|url|get|read|print|reveal|view|dump|export|decrypt|fetch)$|^(oauth|iam|access)-tokens?$/i

const WORDS_MAX = 4

/** `ibmcloud iam oauth-tokens`, `aliyun configure get access-key-secret`: verb and noun, whoever the client is. */
function said({ name, args }: Invocation): readonly Finding[] {
  if (args.length === 0 || spokenFor(name)) return none
  let count = 0
  let [isShown, isSecret, isValue] = [false, false, false]
  for (const arg of args) {
    if (arg.startsWith('-')) {
      if (/^(-h|--help|-\?)$/.test(arg)) return none
      isValue = !arg.includes('=')
      continue
    }
    // What stands behind an option may be its value.
    const isBehind = isValue
    isValue = false
    if (++count > WORDS_MAX || !/^[a-z][\w:-]*$/i.test(arg)) break
    if (!isBehind && both.test(arg))
      return seen('credential.store', `${shown(name)} prints what it keeps secret`)
    if (shows.test(arg)) isShown = true
    else if (!isBehind && secret.test(arg)) isSecret = true
  }
  return isShown && isSecret ? seen('credential.store', `${shown(name)} prints what it keeps secret`) : none
}

const filters = /^([efz]?grep|rg|ag|g?awk|jq|yq|dasel|gron)$/
const secretWord = /passw|\bpass\b|secret|token|api.?key|cred|private.?key|authorization/i
/** What prints a whole state of something, settings and all. */
const printsAll =
  /^(show|output|state|pull|dump|inspect|describe|values|manifest|env|config|getall|settings|printenv|list-recursively)$/

/** `ps aux | grep -- --password`, `chezmoi dump | grep token`: the words say what is looked for. */
function filtered(invocation: Invocation, reading: Reading): readonly Finding[] {
  const { name, args, pipeline, stage } = invocation
  if (stage + 1 >= pipeline.stages.length) return none
  const isAll =
    name === 'ps'
      ? args.some((arg) => /^(-[a-z]*e[a-z]*|-?[a-df-z]*ax?[a-df-z]*)$/.test(arg))
      : (name === 'cat' && args.some((arg) => /^\/proc\/[*$[?][^/]*\/cmdline$/.test(arg))) ||
        (!/^(echo|printf|cat|man|[efz]?grep|ls|find|git)$/.test(name) &&
          (args.some((arg, index) => index < WORDS_MAX && printsAll.test(arg)) ||
            (args[0] === 'logs' && /^(kubectl|oc|stern)$/.test(name)) ||
            (name === 'gh' && args.some((arg) => /^--log(-failed)?$/.test(arg))) ||
            (args[0] === 'get' &&
              args.some((arg) => /^(-o?=?)?(ya?ml|json)$|^--output[= ]?(ya?ml|json)?$/.test(arg)))))
  if (!isAll) return none
  const search = downstreamOf(invocation, reading).find(
    (each) => filters.test(each.name) && each.args.some((arg) => secretWord.test(arg)),
  )
  return search === undefined
    ? none
    : seen('credential.history-searched', `looks for secrets in what ${shown(name)} shows`)
}

const farShells = nameIs(
  /^(docker|docker-compose|podman|podman-compose|nerdctl|crictl|ctr|heroku|fly|flyctl|railway|lxc|lxd|incus|dokku|nomad|cf|oc|kubectl|eb|copilot|ecs|vagrant|multipass|gcloud|aws|az)$/,
)
const reveals =
  /^--(reveal|show-(secrets?|passwords?|tokens?|values|sensitive|protected)|unmask(ed)?|include-secrets?|populate-secrets)$/

/** `docker compose exec api env`, `fly ssh console -C printenv`; `travis env list --decrypt`. */
function elsewhere(invocation: Invocation, reading: Reading): readonly Finding[] {
  const { name, args } = invocation
  if (farShells(name))
    return args.length > 1 &&
      !looksUpOne(invocation, reading) &&
      args.some(
        (arg, index) =>
          /^(env|printenv)$/.test(arg) &&
          (index === args.length - 1 || /^(-C|--command)$/.test(args[index - 1] ?? '')),
      ) &&
      args.some(
        (arg) =>
          /^(exec|ssh|console|execute-command|-C|--command|--env-file)$/.test(arg) ||
          (arg === 'run' && !/^(docker|podman|nerdctl)/.test(name)),
      )
      ? seen('credential.environment', `${name} shows the environment of a program elsewhere`)
      : none
  return !spokenFor(name) &&
    args.some((arg) => reveals.test(arg)) &&
    !args.some((arg) => /^-{0,2}help$/.test(arg))
    ? seen('credential.store', `${shown(name)} is told to show what it keeps secret`)
    : none
}

/** The console of a framework, which has its secrets loaded. */
const consoles = nameIs(
  /^(rails|rake|bundle|flask|python[\d.]*|php|iex|mix|django-admin|node|artisan|manage\.py)$/,
)
const consoleWord =
  /(^|\/)(runner|shell|shell_plus|tinker|artisan|manage\.py|console|credentials:\w+|env:decrypt)$/
const consoleSecret =
  /\bSECRET_KEY(_BASE)?\b|\bcredentials\.(\w+|\[)|\bsecrets\.\w|\bconfig\(\s*['"][^'"]*(password|secret|key|token)|\bconfig\[['"][^'"]*(SECRET|PASSWORD|KEY|TOKEN)|\b(DB|DATABASE)_PASSWORD\b|\bDATABASES\b|^env:decrypt$|^credentials:show$/

/** Programs that nobody lists are asked about by their words, or by what they are filtered for. */
const askingWord = wordMark((word) => both.test(word) || secret.test(word) || reveals.test(word))

export function asks(invocation: Invocation, reading: Reading): readonly Finding[] {
  const { name, args, marks } = invocation
  if (databases(name))
    return [...args, invocation.input ?? ''].some((text) => accountColumns.test(text))
      ? seen('credential.hashes', `${name} reads what accounts log in with`)
      : none
  if (webClients(name)) {
    if (args.some((arg) => arg.includes('$') && tokenVariable.test(arg)))
      return seen('credential.cloud-metadata', `${name} asks a cloud for the token of this machine`)
    const address = args.find(
      (arg) =>
        arg.startsWith('http') && (searchAddress.test(arg) || leftOpen.test(arg) || deviceLogin.test(arg)),
    )
    return address === undefined
      ? none
      : deviceLogin.test(address)
        ? seen('credential.token', 'asks for a login that somebody else is to finish')
        : seen('credential.search', `looks for secrets in what a service keeps: ${shown(address)}`)
  }
  if (
    consoles(name) &&
    args.some((arg) => consoleWord.test(arg)) &&
    args.some((arg) => consoleSecret.test(arg))
  )
    return seen('credential.store', `${name} prints what a program keeps secret`)
  if ((marks & askingWord) === 0 && !farShells(name)) return filtered(invocation, reading)
  const told = elsewhere(invocation, reading)
  if (told.length > 0) return told
  const findings = said(invocation)
  return findings.length > 0 ? findings : filtered(invocation, reading)
}
