import type { Finding } from '../../../finding.ts'
import { finding, nameIs, shown } from '../detector.ts'
import { unconcerned } from '../dispatch.ts'
import { upstreamOf } from '../shell/lineage.ts'
import type { Invocation, Reading } from '../shell/model.ts'

const NAME = 'credential-read'

const secretNames =
  /^\*?(id_\*|id_(rsa|dsa|ecdsa|ed25519)\*?|\.?\*?\.(pem|key|kdbx|ppk|p12|pfx|keystore)|\.env\*?|\.aws|\.ssh|\.gnupg|\.kube|\.docker|\.azure|\.password-store|logins\.json|key[34]\.db|cookies(\.sqlite)?|login data|\*?\.(keychain(-db)?|keytab|ovpn|rdp|vnc)|\.netrc|\.pgpass|\.git-credentials|credentials|shadow|\*(password|passwd|secret|credential|token)s?\*|wp-config\.php|wallet\.dat|\*?\.tfvars|\*?\.?tfstate|terraform\.tfstate|(recentservers|sitemanager|unattend\w*|sysprep)\.xml|passwords?\.\w+|vault\.ya?ml|\*?\.vault|\.vault[-_]pass\w*|\*?\.kdbx?|\*?(metamask|nkbihfbeogaeaoehlefnkodbefgpgknn|keystore|mnemonic|seed[-_ ]?phrase|\.solana|\.ethereum|\.bitcoin)\*?|\*?wallet\*?(\.\w+)?|\.\*_?history|\*_history|ssh-\*|agent\.\*|krb5cc_\*|\*?\.(ccache|ppk|jks|gpg|asc|age)|service[-_]?account\*?\.json|\*?credentials?\*?(\.\w+)?|\*?secrets?\*?\.(ya?ml|json|env|txt|toml)|\.terraformrc|\.npmrc|\.pypirc|database\.ya?ml|web\.config|applicationhost\.config|\*?config(\.inc)?\.php|localsettings\.php|settings\.php|application(-\w+)?\.(properties|ya?ml)|\*keytab\*|\.dockercfg|\.claude|\.mcp\.json|tdata|leveldb|environ)$/i
const secretWords =
  /^[("'^]*(pass(word|wd|phrase)?|api[_-]?key|secret([_-]?key)?|token|credential|private[_ -]key|aws_(secret|access)\w*|BEGIN.*PRIVATE.*|AKIA.*|ghp_.*|sk[_-](live|ant|proj).*|xox.*|AIza.*|glpat.*|bearer)s?\b/i

/** A pattern without the signs of patterns: `api[_-]?key`, `'pass\|login'`, `AKIA[0-9]`. */
const plainPattern = (pattern: string) =>
  pattern.replace(/\[_-\]\??|\[-_\]\??|\[\^?[^\]]*\][*+?]?/g, '_').replace(/^[\\^.*("'\s(?:i)]+|\\/g, '')

const wide =
  /^(\/|~|\$HOME|\/(etc|home|root|var|opt|srv|mnt|tmp|Users|proc|var\/www)(\/\*?)?|\/(home|Users)\/[^/]+\/?|~\/?|\/{2,}[\w.]*)$/

/** Folders of programs that somebody else set up. */
const ofServices =
  /^(\/(etc|opt|srv|var\/(www|lib|log|backups))\/[^*\s]+|~\/\.[\w-]+\S*|\/(home|Users)\/\*\S*)$/

/** `find / -name '*.conf' | xargs grep password`: the files come from a search that goes everywhere. */
function isFedByWideSearch(invocation: Invocation, reading: Reading): boolean {
  return (
    (invocation.stage > 0 || invocation.isRepeated || invocation.pipeline.outer !== undefined) &&
    upstreamOf(invocation, reading).some(
      ({ name, args }) => /^(find|fd|locate|plocate)$/.test(name) && args.some((arg) => wide.test(arg)),
    )
  )
}

/** Settings of services and shells, where passwords stand in lines; who may log in how is set in others. */
const settingsFile =
  /^\/(etc|opt|usr\/local\/etc|var\/(lib|www|opt)|srv)\/(?!(ssh|pam\.d|login\.defs|security|apt|services|passwd|nsswitch|selinux|default|polkit)\b).*\.\w+$|^(~|\/root|\/(home|Users)\/[^/]+)\/\.(bashrc|zshrc|profile|bash_profile|zshenv|zprofile|gitconfig)$/
const inLine = /passw|\bpass\b|secret|token|api.?key|access.?key|private.?key|credential|:\/\/.*:.*@|psk\b/i

function inSettings(invocation: Invocation, reading: Reading): string | undefined {
  const { args } = invocation
  const word = args.find((arg) => !arg.startsWith('-') && inLine.test(arg) && !settingsFile.test(arg))
  if (word === undefined || args.some((arg) => /^-\w*[vLc]/.test(arg))) return undefined
  const files = [
    ...args.filter((arg) => arg !== word),
    ...upstreamOf(invocation, reading).flatMap((each) => (each.name === 'cat' ? each.args : [])),
  ]
  return files.some((file) => settingsFile.test(file)) || /:\/\/\S*:\S*@/.test(word) ? word : undefined
}

const searchers = nameIs(/^([efz]?grep|rg|ag|ack|ldapsearch|find|locate|fd)$/)

/** Going through a whole machine for names or words of secrets. Inside a project it is everyday work. */
export function searches(invocation: Invocation, reading: Reading): readonly Finding[] {
  const { name, args } = invocation
  if (!searchers(name)) return unconcerned
  const seen = (what: string) => [
    finding(NAME, 'credential.search', 'medium', `looks for ${shown(what)} across the machine`),
  ]
  const isGrep = /^([efz]?grep|rg|ag|ack)$/.test(name)
  if (isGrep && isFedByWideSearch(invocation, reading)) {
    const word = args.find((arg) => !arg.startsWith('-') && secretWords.test(plainPattern(arg)))
    if (word !== undefined) return seen(word)
  }
  if (name === 'ldapsearch') {
    const word = args.find((arg) =>
      /\([\w-]+=\*?(pass\w*|pwd)\*|ms-?Mcs-AdmPwd|unixUserPassword|userPassword\b/i.test(arg),
    )
    if (word !== undefined) return seen(word)
  }
  if (isGrep) {
    const found = inSettings(invocation, reading)
    if (found !== undefined) return seen(found)
  }
  if (name === 'find' && args.some((arg) => /^-(exec|execdir)$/.test(arg))) {
    const named = args.find(
      (arg, index) => /^-i?(name|path)$/.test(args[index - 1] ?? '') && secretNames.test(arg),
    )
    const at = args.findIndex((arg) => /^-(exec|execdir)$/.test(arg))
    if (
      named !== undefined &&
      /^(cat|head|tail|less|more|base64|xxd|strings|cp|scp|tar|zip|curl)$/.test(args[at + 1] ?? '')
    )
      return seen(named)
  }
  if (!args.some((arg) => wide.test(arg) || (isGrep && ofServices.test(arg)))) return []
  if (name === 'find' || name === 'locate' || name === 'fd') {
    const named = args.find(
      (arg, index) =>
        secretNames.test(arg.replace(/^\*\/|\/\*$/g, '')) &&
        (name !== 'find' || /(name|path)$/.test(args[index - 1] ?? '')),
    )
    const at = args.findIndex((arg) => /^-(exec|execdir)$/.test(arg))
    const word =
      at >= 0 && /^(e|f|z)?grep$/.test(args[at + 1] ?? '')
        ? args.slice(at + 2).find((arg) => !arg.startsWith('-') && secretWords.test(plainPattern(arg)))
        : undefined
    return named !== undefined ? seen(named) : word !== undefined ? seen(word) : []
  }
  if (!isGrep) return []
  const isDeep =
    name === 'rg' ||
    name === 'ag' ||
    name === 'ack' ||
    args.some((arg) => /^-[a-zA-Z]*[rR]|^--(dereference-)?recursive$/.test(arg))
  const word = args.find((arg) => !arg.startsWith('-') && secretWords.test(plainPattern(arg)))
  return isDeep && word !== undefined ? seen(word) : []
}

/** Columns that only the stores of browsers have, whatever the file was called when it was copied. */
const loginColumns =
  /\b(password_value|encrypted_value|moz_(logins|cookies)|encryptedPassword|host_key\b[\s\S]*\bcookies|card_number_encrypted|kTCCService\w+)\b/

export function tablesOfLogins({ name, args, input }: Invocation): readonly Finding[] {
  if (name !== 'sqlite3') return unconcerned
  return [...args, input ?? ''].some((text) => loginColumns.test(text))
    ? [finding(NAME, 'credential.browser', 'high', 'reads the logins or sessions of a browser')]
    : []
}
