import { expect, test } from 'vitest'
import { formatProblem, readConfig } from './read-config.ts'

const KEY = 'sk-upstream'
const env = { UPSTREAM_KEY: `${KEY}\n`, EMPTY: '' }

function upstream(more: string): string {
  return `upstreams:\n  - { name: o, protocol: openai, ${more} }\n`
}

const least = upstream('url: "http://127.0.0.1:9000/v1"')

function problems(text: string): string {
  const read = readConfig(text, 'portcullis.yaml', env)
  return read.ok ? 'fine' : read.error.map(formatProblem).join('\n')
}

test.each<[mistake: string, text: string, place: string, words: RegExp]>([
  ['nothing', '', '1:1: upstreams:', /needed/],
  ['a tab', 'upstreams:\n\t- x', '2:1:', /spaces/],
  ['no space behind a colon', `listen:127.0.0.1:8080\n${least}`, '1:1:', /behind its colon/],
  ['a star without quotes', upstream('models: [*]'), '2:', /goes into quotes/],
  ['a field twice', `mode: observe\nmode: enforce\n${least}`, '2:1:', /there twice/],
  ['two documents', `${least}---\n${least}`, '3:1:', /second document/],
  ['a bracket that stays open', `${least}rates: { account: {\nmode: observe\n`, '4:1:', /not closed/],
  ['no list', 'upstreams: { o: {} }', '1:1: upstreams:', /a list, such as/],
  [
    'a field by another name',
    upstream('base_url: "http://x/v1"'),
    '2:34: upstreams.0.base_url:',
    /There are name, protocol, url/,
  ],
  [
    'another case',
    upstream('url: "http://x/v1"').replace('openai', 'OpenAI'),
    '2:16: upstreams.0.protocol:',
    /openai or anthropic/,
  ],
  ['no scheme', upstream('url: "localhost:9000/v1"'), '2:34: upstreams.0.url:', /starts with http/],
  [
    'the path of a request',
    upstream('url: "https://a.example/v1/chat/completions"'),
    '2:34: upstreams.0.url:',
    /without \/chat\/completions/,
  ],
  [
    'a password in an address',
    upstream('url: "https://u:p@a.example/v1"'),
    '2:34: upstreams.0.url:',
    /goes into key/,
  ],
  [
    'a query in an address',
    upstream('url: "https://a.example/v1?v=1"'),
    '2:34: upstreams.0.url:',
    /without \?/,
  ],
  [
    'the gate behind the gate',
    upstream('url: "http://localhost:8080/v1"'),
    '2:34: upstreams.0.url:',
    /this gate itself/,
  ],
  [
    'a pin of a certificate that is not there',
    upstream(`url: "http://x/v1", tlsFingerprint: "${'aa'.repeat(32)}"`),
    '2:54: upstreams.0.tlsFingerprint:',
    /begins with http:/,
  ],
  [
    'Bearer in a key',
    upstream('url: "http://x/v1", key: "Bearer sk-1"'),
    '2:54: upstreams.0.key:',
    /without Bearer/,
  ],
  [
    'a key of other letters',
    upstream('url: "http://x/v1", key: "sk-…"'),
    '2:54: upstreams.0.key:',
    /a header can carry/,
  ],
  [
    'a shell’s variable',
    upstream('url: "http://x/v1", key: $UPSTREAM_KEY'),
    '2:54: upstreams.0.key:',
    /write env:UPSTREAM_KEY/,
  ],
  ['the same in braces', `${least}consoleToken: "\${TOKEN}"`, '3:1: consoleToken:', /write env:TOKEN/],
  [
    'an environment without it',
    upstream('url: "http://x/v1", key: "env:EMPTY"'),
    '2:54: upstreams.0.key:',
    /EMPTY is not set/,
  ],
  [
    'one address for both',
    `${least}listen: 127.0.0.1:81\nconsole: 127.0.0.1:81`,
    '4:1: console:',
    /another address than listen/,
  ],
  [
    'a number as a key',
    `${least}keys:\n  - { key: 1234567, account: a }`,
    '4:7: keys.0.key:',
    /goes into quotes/,
  ],
  ['a short key', `${least}keys:\n  - { key: abc, account: a }`, '4:7: keys.0.key:', /6 characters long/],
  ['a unit', `${least}limits: { headersMs: 10s }`, '3:11: limits.headersMs:', /without a unit/],
  ['a word for a switch', `${least}reasoning: { seal: "yes" }`, '3:14: reasoning.seal:', /true or false/],
  ['data of nobody', `${least}data:\n  - { data: local-only }`, '4:5: data.0:', /say whose data/],
  [
    'one body larger than all',
    `${least}limits: { bodiesBytesMax: 1000 }`,
    '3:11: limits.bodiesBytesMax:',
    /at least as much/,
  ],
  [
    'an issuer twice',
    `${least}identity:\n  issuers:\n    - { issuer: "https://x", audience: [a] }\n    - { issuer: "https://x", audience: [b] }`,
    '6:9: identity.issuers.1.issuer:',
    /listed twice/,
  ],
])('%s is told by its line and field, and what to do', (_, text, place, words) => {
  const told = problems(text)
  expect(told).toMatch(words)
  expect(told.split('\n').some((line) => line.startsWith(`portcullis.yaml:${place}`))).toBe(true)
  expect(told).not.toMatch(/ at line|Array|Object|parseAll/)
  expect(told).not.toContain(KEY)
})

test('a section of which all lines are comments, and a key with a line break behind it, are fine', () => {
  const read = readConfig(
    `${upstream('url: "http://x/v1", key: "env:UPSTREAM_KEY"')}rates:\n#  account:\nkeys:\n`,
    'f',
    env,
  )
  expect(read).toMatchObject({ ok: true, value: { upstreams: [{ key: KEY }], keys: [] } })
  expect(problems('upstreams:\n')).toMatch(/1:1: upstreams: this field is needed/)
})

test('an address on another machine or port is not the gate’s own', () => {
  for (const url of ['http://127.0.0.1:9000/v1', 'http://models.internal:8080/v1', 'https://localhost/v1'])
    expect(problems(upstream(`url: "${url}"`))).toBe('fine')
})
