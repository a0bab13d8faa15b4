import { crc32 } from 'node:zlib'
import type { Span } from '../../finding.ts'
import { ruleMarks, ruleReports } from './rule-set.ts'

/** A kind of secret that shows by its shape: an issuer's prefix and, where there is one, a checksum. */
type TokenKind = {
  readonly name: string
  /** One of these must be there before the expression is tried. */
  readonly hints: readonly string[]
  readonly pattern: RegExp
  readonly isReal?: (token: string) => boolean
}

/** Bits of Shannon entropy per character below which a match is a placeholder such as `xxxx` or `EXAMPLE`. */
const ENTROPY_BITS_MIN = 3
const TOKENS_MAX = 5_000

// Shapes as their issuers document them, for what the rule set lacks or knows less well. Placeholders are told apart by
// entropy and by the checksums of GitHub and npm.
const kinds: readonly TokenKind[] = [
  {
    name: 'AWS access key',
    hints: ['AKIA', 'ASIA', 'ABIA', 'ACCA'],
    pattern: /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b/g,
  },
  {
    name: 'GitHub token',
    hints: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'],
    pattern: /\bgh[pousr]_[A-Za-z0-9]{36}\b/g,
    isReal: hasBase62Checksum,
  },
  { name: 'GitHub fine-grained token', hints: ['github_pat_'], pattern: /\bgithub_pat_[A-Za-z0-9_]{82}\b/g },
  {
    name: 'GitLab token',
    hints: ['glpat-', 'glptt-', 'gldt-', 'glrt-', 'glcbt-', 'glft-', 'glsoat-'],
    pattern: /\bgl(?:pat|ptt|dt|rt|cbt|ft|soat)-[A-Za-z0-9_-]{20,}\b/g,
  },
  { name: 'npm token', hints: ['npm_'], pattern: /\bnpm_[A-Za-z0-9]{36}\b/g, isReal: hasBase62Checksum },
  { name: 'PyPI token', hints: ['pypi-'], pattern: /\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,}/g },
  { name: 'Slack token', hints: ['xox'], pattern: /\bxox[abeoprs]-(?:\d+-)*[A-Za-z0-9-]{10,}\b/g },
  {
    name: 'Slack webhook',
    hints: ['hooks.slack'],
    pattern: /hooks\.slack\.com\/services\/T\w+\/B\w+\/\w{20,}/g,
  },
  { name: 'Stripe key', hints: ['_live_'], pattern: /\b[sr]k_live_[A-Za-z0-9]{20,}\b/g },
  { name: 'Google API key', hints: ['AIza'], pattern: /\bAIza[A-Za-z0-9_-]{35}\b/g },
  { name: 'SendGrid key', hints: ['SG.'], pattern: /\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}\b/g },
  {
    name: 'DigitalOcean token',
    hints: ['doo_v1_', 'dop_v1_', 'dor_v1_'],
    pattern: /\bdo[opr]_v1_[a-f0-9]{64}\b/g,
  },
  {
    name: 'Google OAuth secret',
    hints: ['GOCSPX-'],
    pattern: /\bGOCSPX-[A-Za-z0-9_-]{28}(?![A-Za-z0-9_-])/g,
  },
  { name: 'Azure storage key', hints: ['AccountKey='], pattern: /\bAccountKey=[A-Za-z0-9+/]{86}==/g },
  { name: 'Twilio key', hints: ['SK'], pattern: /\bSK[0-9a-f]{32}\b/g },
  { name: 'Vault token', hints: ['hvs.', 'hvb.'], pattern: /\bhv[sb]\.[A-Za-z0-9_-]{24,}/g },
  { name: 'New Relic key', hints: ['NRAK-'], pattern: /\bNRAK-[A-Z0-9]{27}\b/g },
  { name: 'Postman key', hints: ['PMAK-'], pattern: /\bPMAK-[a-f0-9]{24}-[a-f0-9]{34}\b/g },
  { name: 'RubyGems key', hints: ['rubygems_'], pattern: /\brubygems_[a-f0-9]{48}\b/g },
  { name: 'Atlassian token', hints: ['ATATT3'], pattern: /\bATATT3[A-Za-z0-9_=-]{180,}/g },
  { name: 'Replicate token', hints: ['r8_'], pattern: /\br8_[A-Za-z0-9]{37}\b/g },
  { name: 'age key', hints: ['AGE-SECRET'], pattern: /\bAGE-SECRET-KEY-1[A-Z0-9]{58}\b/g },
  { name: 'Telegram bot token', hints: [':AA'], pattern: /\b\d{8,10}:AA[A-Za-z0-9_-]{33}\b/g },
  {
    name: 'private key',
    hints: ['PRIVATE KEY'],
    pattern: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----/g,
    isReal: () => true,
  },
  {
    name: 'JSON web token',
    hints: ['eyJ'],
    pattern: /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}/g,
    isReal: isJsonWebToken,
  },
  {
    name: 'password in an address',
    hints: ['://'],
    pattern: /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:@/]{1,64}:[^\s:@/]{8,128}@[\w.-]+/g,
    isReal: hasRealPassword,
  },
]

/** An address alone is in many a text; one with a name and a password in it is not. */
const passwordMark = ':\\/\\/[^\\s:@/]{1,64}:[^\\s:@/]'

const anyMark = new RegExp(
  [...kinds.flatMap(({ hints }) => hints), ...ruleMarks]
    .map((mark) => (mark === '://' ? passwordMark : mark.replaceAll('.', '\\.')))
    .join('|'),
)

export type Token = { readonly name: string; readonly span: Span }

const none: readonly Token[] = []

/** Where there are more than are counted, the whole text is one: none of them is left in. */
export function tokensIn(text: string): readonly Token[] {
  const tokens = countedIn(text)
  const [first] = tokens
  return tokens.length < TOKENS_MAX || first === undefined
    ? tokens
    : [{ name: first.name, span: [0, text.length] }]
}

function countedIn(text: string): readonly Token[] {
  // Most texts hold none of them: one look instead of one for each of seventy.
  if (!anyMark.test(text)) return none
  const tokens: Token[] = []
  for (const kind of kinds) {
    if (!kind.hints.some((hint) => text.includes(hint))) continue
    for (const match of text.matchAll(kind.pattern)) {
      if (tokens.length >= TOKENS_MAX) return tokens
      const [token] = match
      const isReal = kind.isReal === undefined ? isRandom(token) : kind.isReal(token)
      if (isReal && !isPlaceholder(token))
        tokens.push({ name: kind.name, span: [match.index, match.index + token.length] })
    }
  }
  for (const report of ruleReports(text)) {
    if (tokens.length >= TOKENS_MAX) return tokens
    const token = text.slice(...report.span)
    if (isRandom(token) && !isPlaceholder(token)) tokens.push(report)
  }
  return tokens
}

function isRandom(token: string): boolean {
  return entropyBits(token) >= ENTROPY_BITS_MIN
}

function isPlaceholder(token: string): boolean {
  return /EXAMPLE|XXXX|0000000|123456789/i.test(token)
}

export function entropyBits(text: string): number {
  const counts = new Map<string, number>()
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length)
  return bits
}

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** GitHub and npm end their tokens with the CRC-32 of the rest, in six base-62 digits. */
function hasBase62Checksum(token: string): boolean {
  const body = token.slice(token.indexOf('_') + 1)
  let value = crc32(body.slice(0, 30))
  let digits = ''
  for (let place = 0; place < 6; place++) {
    digits = (base62[value % 62] ?? '0') + digits
    value = Math.floor(value / 62)
  }
  return body.slice(30) === digits
}

function isJsonWebToken(token: string): boolean {
  try {
    const header: unknown = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString('utf8'))
    return typeof header === 'object' && header !== null && 'alg' in header
  } catch {
    return false
  }
}

function hasRealPassword(address: string): boolean {
  const password = /:\/\/[^:]+:([^@]+)@/.exec(address)?.[1] ?? ''
  return (
    !/^(\$|<|\{|%|\*+$|password|passwd|secret|changeme|postgres|example)/i.test(password) &&
    entropyBits(password) >= 2.5
  )
}
