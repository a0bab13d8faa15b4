import { expect, test } from 'vitest'
import { type ConfigProblem, readConfig } from './read-config.ts'

const least = `listen: 127.0.0.1:8080
console: 127.0.0.1:8081
store: ./portcullis-data
upstreams:
  - { name: local, protocol: openai, url: "http://127.0.0.1:9000/v1", key: "env:UPSTREAM_KEY", models: ["*"] }
keys:
  - { key: "sk-example", account: acct-example }
`
const env = { UPSTREAM_KEY: 'sk-upstream' }

function problems(text: string): readonly ConfigProblem[] {
  const config = readConfig(text, '/etc/portcullis.yaml', env)
  return config.ok ? [] : config.error
}

test('the least configuration is complete: every other field has a default', () => {
  const config = readConfig(least, '/etc/portcullis.yaml', env)
  expect(config).toMatchObject({
    ok: true,
    value: {
      mode: 'enforce',
      listen: { host: '127.0.0.1', port: 8080 },
      console: { host: '127.0.0.1', port: 8081 },
      store: '/etc/portcullis-data',
      upstreams: [{ name: 'local', key: 'sk-upstream', models: ['*'], local: false, retries: 2 }],
      keys: [{ account: 'acct-example', tenant: 'default', labels: [] }],
      ledger: { wait: 'written', full: 'closed' },
    },
  })
})

test('a misspelt field is an error with its place and the field that was meant', () => {
  expect(problems(least.replace('account:', 'acount:'))).toEqual([
    expect.objectContaining({ code: 'field-missing', field: 'keys.0.account', line: 7 }),
    {
      code: 'field-unknown',
      file: '/etc/portcullis.yaml',
      line: 7,
      column: 26,
      field: 'keys.0.acount',
      message: 'there is no such field. Did you mean account?',
    },
  ])
})

test('a misspelt field deep inside an optional section finds its neighbours', () => {
  expect(problems(`${least}limits: { bodyByteMax: 3 }\n`)).toEqual([
    expect.objectContaining({
      field: 'limits.bodyByteMax',
      message: 'there is no such field. Did you mean bodyBytesMax?',
    }),
  ])
})

test('all problems come at once', () => {
  const text = least.replace('127.0.0.1:8080', 'nowhere').replace('openai', 'smtp')
  expect(problems(text).map(({ field, code, line }) => [field, code, line])).toEqual([
    ['listen', 'field-invalid', 1],
    ['upstreams.0.protocol', 'field-invalid', 5],
  ])
})

test('a variable that is not set is named and its neighbours are still checked', () => {
  expect(problems(least.replace('UPSTREAM_KEY', 'ABSENT_KEY'))).toEqual([
    expect.objectContaining({ code: 'env-missing', field: 'upstreams.0.key', line: 5 }),
  ])
})

test('a message never repeats the value of a secret', () => {
  const found = problems(`${least}consoleToken: "env:SHORT"\n`.replace('SHORT', 'UPSTREAM_KEY'))
  expect(JSON.stringify(found)).not.toContain('sk-upstream')
  expect(found).toHaveLength(1)
})

test('two upstreams of one name and one key for two accounts are refused', () => {
  const doubled = least
    .replace('keys:', '  - { name: local, protocol: openai, url: "http://127.0.0.1:9001" }\nkeys:')
    .concat('  - { key: "sk-example", account: acct-other }\n')
  expect(problems(doubled).map(({ code, field }) => [code, field])).toEqual([
    ['name-repeated', 'upstreams.1.name'],
    ['name-repeated', 'keys.1.key'],
  ])
})

test('a console beyond this machine needs a token', () => {
  expect(problems(least.replace('127.0.0.1:8081', '0.0.0.0:8081'))).toEqual([
    expect.objectContaining({ code: 'field-missing', field: 'console', line: 2 }),
  ])
})

test('malformed YAML is reported with its line', () => {
  expect(problems('listen: [')).toEqual([expect.objectContaining({ code: 'yaml-malformed', line: 1 })])
})

test('an alias bomb is stopped', () => {
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n`
  expect(problems(bomb).length).toBeGreaterThan(0)
})

const oidc = `oidc:
  issuer: https://id.example.com
  clientId: portcullis
  clientSecret: "env:UPSTREAM_KEY"
  url: https://portcullis.example.com/
  roles: { owner: [leads], viewer: [staff] }
`

test('a provider to sign in by has defaults for all that providers agree on', () => {
  expect(readConfig(`${least}${oidc}`, '/etc/portcullis.yaml', env)).toMatchObject({
    ok: true,
    value: {
      oidc: {
        url: 'https://portcullis.example.com',
        scopes: ['openid', 'profile', 'email'],
        algorithms: ['RS256', 'ES256'],
        claims: { name: 'email', roles: 'groups' },
        signOut: 'provider',
      },
    },
  })
})

test.each([
  ['issuer: https:', 'issuer: http:', 'oidc.issuer', /https/],
  [
    'url: https://portcullis.example.com/',
    'url: https://example.com/portcullis',
    'oidc.url',
    /without a path/,
  ],
  ['url: https://portcullis.example.com/', 'url: http://portcullis.example.com', 'oidc.url', /this machine/],
  ['viewer: [staff]', 'viewer: [leads]', 'oidc.roles', /two roles/],
  ['{ owner: [leads], viewer: [staff] }', '{}', 'oidc.roles', /at least one role/],
  ['viewer:', 'viewers:', 'oidc.roles.viewers', /Did you mean viewer/],
  ['clientId', 'client_id', 'oidc.clientId', /needed/],
  ['  roles:', '  scopes: [email]\n  roles:', 'oidc.scopes', /openid/],
  ['  roles:', '  algorithms: [HS256]\n  roles:', 'oidc.algorithms.0', /RS256/],
])('a provider with %s as %s is refused, and told where', (from, to, field, message) => {
  const found = problems(`${least}${oidc.replace(from, to)}`)
  expect(found).toContainEqual(expect.objectContaining({ field, message: expect.stringMatching(message) }))
})

test('a provider without a console to sign in to is refused', () => {
  const bare = least.replace('console: 127.0.0.1:8081\n', '')
  expect(problems(`${bare}${oidc}`)).toEqual([expect.objectContaining({ field: 'oidc' })])
})
