import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { rules } from '@secretlint/secretlint-rule-preset-recommend'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ActId, type CallAct, type JsonObject, parseSessionId } from '../../act.ts'
import { KnownSecrets } from './known.ts'
import { ruleKinds } from './rule-set.ts'
import { SecretWatch } from './secret.ts'
import { tokensIn } from './tokens.ts'

const SEED = 20260722
const session = parseSessionId('s')
if (!session.ok) throw new Error('unreachable')
const call = (args: JsonObject): CallAct => ({
  kind: 'call',
  id: '1' as ActId,
  session: session.value,
  tool: 't',
  arguments: args,
})

// Put together at run time, so that scanners of this repository stay quiet.
const value = ['tr0ub4dor', '&3-Corr3ct', '/h0rse+batt3ry'].join('')
const watch = () => new SecretWatch(new KnownSecrets([{ name: 'database', value }]))
const facts = (text: string) =>
  watch()
    .inspect(call({ body: text }))
    .map((finding) => finding.fact)

const dressings: readonly (readonly [name: string, dress: (text: string) => string])[] = [
  ['plain', (text) => text],
  ['base64', (text) => Buffer.from(text).toString('base64')],
  ['base64 in a longer text', (text) => Buffer.from(`x=${text};y`).toString('base64')],
  ['base64url', (text) => Buffer.from(text).toString('base64url')],
  ['base64 twice', (text) => Buffer.from(Buffer.from(text).toString('base64')).toString('base64')],
  ['hexadecimal', (text) => Buffer.from(text).toString('hex')],
  ['URL encoding', (text) => encodeURIComponent(text)],
  [
    'every character percent-encoded',
    (text) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16)}`).join(''),
  ],
  ['gzip in base64', (text) => gzipSync(text).toString('base64')],
  ['gzip of a longer text in hexadecimal', (text) => gzipSync(`hello ${text} bye`).toString('hex')],
  ['reversal', (text) => [...text].reverse().join('')],
  ['dots between characters', (text) => [...text].join('.')],
  ['spaces and lines', (text) => [...text].join(' \n')],
  ['JSON escapes', (text) => [...text].map((letter) => `\\u00${letter.charCodeAt(0).toString(16)}`).join('')],
  ['calls of chr', (text) => [...Buffer.from(text)].map((code) => `chr(${code})`).join(' + ')],
  ['an array of characters', (text) => JSON.stringify([...text])],
  ['UTF-16 in base64', (text) => Buffer.from(`$k = "${text}"`, 'utf16le').toString('base64')],
  ['a letter after each', (text) => [...text].map((sign) => `${sign}x`).join('')],
  ['letters moved by 3', (text) => text.replace(/[a-z]/gi, (letter) => moved(letter, 3))],
  [
    'wide letters',
    (text) => text.replace(/[!-~]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0)),
  ],
  ['ascii85', (text) => ascii85(Buffer.from(`x=${text};y`))],
  ['gzip in ascii85', (text) => `<~${ascii85(gzipSync(text))}~>`],
  ['one number', (text) => BigInt(`0x${Buffer.from(text).toString('hex')}`).toString()],
  ['character codes', (text) => [...Buffer.from(text)].join(',')],
]

function moved(letter: string, by: number): string {
  const base = letter <= 'Z' ? 65 : 97
  return String.fromCharCode(((letter.charCodeAt(0) - base + by) % 26) + base)
}

function ascii85(bytes: Buffer): string {
  const padded = Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])
  let text = ''
  for (let at = 0; at < padded.length; at += 4)
    for (let place = 4; place >= 0; place--)
      text += String.fromCharCode(33 + (Math.floor(padded.readUInt32BE(at) / 85 ** place) % 85))
  return text.slice(0, text.length - (padded.length - bytes.length))
}

test('a secret that leaves one to three characters at a time is found, and chance is not', () => {
  for (const size of [1, 2, 3]) {
    const pieces = value.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g')) ?? []
    const said = (texts: readonly string[]) => {
      const trail = watch()
      return texts.flatMap((text) => trail.inspect(call({ note: `part is ${text}` }))).map(({ fact }) => fact)
    }
    expect(said(pieces)).toContain('secret.known')
    expect(said([...pieces].reverse())).toEqual([])
  }
})

test.each(dressings)('a known secret is found in %s', (_, dress) => {
  expect(facts(`here: ${dress(value)}!`)).toContain('secret.known')
})

test('a known secret is found when it leaves in pieces over several calls', () => {
  for (const size of [5, 7, 11]) {
    const trail = watch()
    const pieces = value.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g')) ?? []
    const seen = pieces.flatMap((piece) => trail.inspect(call({ note: `part ${piece} done` })))
    expect(seen.map((finding) => finding.fact)).toContain('secret.known')
  }
})

test('any secret of random letters is found in every dressing, and ordinary text never is', () => {
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.constantFrom(...'abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789'),
        minLength: 16,
        maxLength: 64,
      }),
      fc.lorem({ maxCount: 60 }),
      (secret, text) => {
        const known = new KnownSecrets([{ name: 'x', value: secret }])
        for (const [, dress] of dressings)
          expect(new SecretWatch(known).inspect(call({ a: text, b: dress(secret) })).length).toBeGreaterThan(
            0,
          )
        expect(new SecretWatch(known).inspect(call({ a: text }))).toEqual([])
      },
    ),
    { seed: SEED, numRuns: 150 },
  )
})

describe('tokens', () => {
  const letters = (count: number, seed = 7) =>
    Array.from(
      { length: count },
      (_, index) => 'Ab3Cd9Ef1Gh7Jk2Lm8Np4Qr6St5Uv0WxYz'[(index * seed + index * index) % 34],
    ).join('')
  const digest = (count: number) => createHash('sha256').update('x').digest('hex').repeat(2).slice(0, count)
  const real = [
    ['AKIA', 'QX7N2LMV5PRT3WZK'].join(''),
    ['xoxb-', '204861357902-', letters(24)].join(''),
    ['sk_live_', letters(24)].join(''),
    ['AIza', letters(35)].join(''),
    ['GOCSPX', '-', letters(28)].join(''),
    ['AccountKey=', letters(86), '=='].join(''),
    ['shpat', '_', digest(32)].join(''),
    ['dapi', digest(32)].join(''),
    ['hvs', '.', letters(30)].join(''),
    ['glsa', '_', letters(32), '_', digest(8)].join(''),
    ['PMAK', '-', digest(24), '-', digest(34)].join(''),
    ['dckr', '_pat_', letters(27)].join(''),
    ['rubygems', '_', digest(48)].join(''),
    ['gsk', '_', letters(52)].join(''),
    ['-----BEGIN OPENSSH ', 'PRIVATE KEY-----'].join(''),
    ['ops_', Buffer.from(`{"email":"x","secretKey":"${letters(90)}"}`).toString('base64')].join(''),
    ['sk-ant-', 'api03-', letters(93), 'AA'].join(''),
    ['AWS_SECRET_', 'ACCESS_KEY=', letters(40)].join(''),
    ['figd', '_', letters(44)].join(''),
    ['glc', '_', letters(60)].join(''),
    ['hf', '_', letters(34).replace(/\d/g, 'q')].join(''),
    ['lin', '_api_', letters(40)].join(''),
    ['ntn', '_', '20486135790', letters(35)].join(''),
    ['sk-', 'proj-', letters(74), 'T3Blbk', 'FJ', letters(74)].join(''),
    ['vcp', '_', letters(24)].join(''),
    `postgres://app:${letters(14)}@db.internal/x`,
  ]
  const near = [
    'AKIAIOSFODNN7EXAMPLE',
    `ghp_${'a'.repeat(36)}`,
    ['ghp_', letters(36)].join(''),
    'sk_test_1234',
    'shpat_deadbeef',
    `dapi${'0'.repeat(32)}`,
    'hvs.example',
    'glsa_token_name',
    'rubygems_version_is_3_4',
    'gsk_short',
    'ops_eyJ',
    'vca_read',
    'AWS_SECRET_ACCESS_KEY=$SECRET',
    'aws_account_id=2048-6135-7902',
    'postgres://user:password@localhost/db',
    'https://user:$TOKEN@host/',
    '-----BEGIN PUBLIC KEY-----',
    'eyJhbGci.not.ajwt',
  ]

  test.each(real)('sees %#', (token) => {
    expect(tokensIn(`key: ${token} end`)).toHaveLength(1)
  })

  test.each(near)('leaves %s alone', (text) => {
    expect(tokensIn(text)).toEqual([])
  })

  test('every rule of the set is taken or left on purpose', () => {
    const left = ['basicauth', 'database-connection-string', 'filter-comments', 'gcp', 'github', 'gitlab']
    left.push('hashicorp-vault', 'npm', 'privatekey', 'sendgrid', 'slack')
    const taken = ruleKinds.map(({ rule }) => rule)
    const known = rules.map(({ meta }) => meta.id.replace('@secretlint/secretlint-rule-', ''))
    expect([...taken, ...left].sort()).toEqual(known.sort())
  })

  test('what a tool returns is only noted, with where it stands', () => {
    const text = `key=${real[1]}`
    const [found] = watch().inspect({
      kind: 'result',
      id: '1' as ActId,
      session: session.value,
      call: '',
      tool: 't',
      text,
    })
    expect(found).toMatchObject({ fact: 'secret.arrives', severity: 'low', spans: [[4, text.length]] })
  })
})

describe('long texts', () => {
  const token = ['glsa', '_', 'Q7hR2mXv9LkT4wZc8NfB3yJd6PsG1aVe', '_', 'a91f03c7'].join('')
  const result = (text: string) =>
    watch().inspect({
      kind: 'result',
      id: '1' as ActId,
      session: session.value,
      call: '',
      tool: 't',
      text,
    })

  test.each([1_048_560, 1_966_060])('what stands after %i characters is seen where it stands', (before) => {
    const filling = 'plain words '.repeat(before / 12)
    expect(result(`${filling}${token} end`)).toMatchObject([
      { fact: 'secret.arrives', spans: [[filling.length, filling.length + token.length]] },
    ])
    const dressed = Buffer.from(`x=${value}`).toString('base64')
    expect(facts(`${filling}${token} ${dressed}`)).toEqual(['secret.known', 'secret.token'])
  })

  test('what is longer than any message fails instead of passing unread', () => {
    const long = 'plain words '.repeat(1_450_000)
    expect(facts(long)).toEqual(['detector-failed'])
    expect(result(long).map(({ fact }) => fact)).toEqual(['detector-failed'])
  })

  test('so many tokens that they are not counted are cut out with all around them', () => {
    const many = Array.from({ length: 6_000 }, () => token).join(' ')
    expect(result(many)).toMatchObject([{ fact: 'secret.arrives', spans: [[0, many.length]] }])
  })
})
