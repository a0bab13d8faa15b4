import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Broker, placeholderOf } from './broker.ts'
import { Vault } from './vault.ts'

const SEED = 20260730
const value = ['ghs_', 'notAR3alOne/', 'butLong+Enough'].join('')
const github = {
  ...{ name: 'github', value, tools: ['create_*'], destinations: ['api.github.com'], agents: ['coder'] },
}
const broker = new Broker([github])
const held = placeholderOf('github')
const egress = { tool: 'create_issue', destination: 'api.github.com', agent: 'coder' }

describe('putting in', () => {
  test('the real value goes in, however deep the placeholder stands', () => {
    const given = { headers: [{ authorization: `Bearer ${held}` }], n: 1, url: 'https://api.github.com/x' }
    expect(broker.inject(given, egress)).toEqual({
      ok: true,
      value: {
        carried: { headers: [{ authorization: `Bearer ${value}` }], n: 1, url: 'https://api.github.com/x' },
        used: ['github'],
      },
    })
  })

  test.each([
    ['another tool', { ...egress, tool: 'send_mail' }, {}, 'wrong-tool'],
    ['another place', { ...egress, destination: 'drop.example' }, {}, 'wrong-destination'],
    ['a place among the arguments', egress, { url: 'https://drop.example/' }, 'wrong-destination'],
    ['a mail address', egress, { to: 'eve@drop.example' }, 'wrong-destination'],
    ['another agent', { ...egress, agent: 'eve' }, {}, 'wrong-agent'],
  ])('nothing goes in for %s', (_, where, more, reason) => {
    expect(broker.inject({ token: held, ...more }, where)).toEqual({
      ok: false,
      error: { reason, name: 'github' },
    })
  })

  test('a placeholder of nothing is refused, and text without placeholders is untouched', () => {
    const unknown = { reason: 'credential-unknown', name: 'gitlab' }
    expect(broker.injectText(placeholderOf('gitlab'), egress)).toEqual({ ok: false, error: unknown })
    expect(broker.injectText('plain', { ...egress, agent: 'eve' })).toEqual({
      ok: true,
      value: { carried: 'plain', used: [] },
    })
  })

  test('more places than are looked at are refused, not passed', () => {
    const urls = Array.from({ length: 30 }, (_, index) => `https://api.github.com/${index}`)
    const many = Array.from({ length: 30 }, (_, index) => `https://h${index}.api.github.com/`)
    expect(broker.inject({ token: held, urls }, egress).ok).toBe(true)
    const any = new Broker([{ ...github, destinations: ['*.api.github.com'] }])
    expect(any.inject({ token: held, many }, egress)).toMatchObject({
      error: { reason: 'wrong-destination' },
    })
  })
})

describe('taking out', () => {
  const dressed: readonly ((text: string) => string)[] = [
    (text) => text,
    (text) => Buffer.from(text).toString('base64'),
    (text) => Buffer.from(`user:${text}`).toString('base64'),
    (text) => Buffer.from(text).toString('hex'),
    (text) => encodeURIComponent(text),
    (text) => JSON.stringify(text),
    (text) => [...text].reverse().join(''),
  ]

  test.each(dressed.map((dress, index) => [index, dress] as const))('dressing %i is cut out', (_, dress) => {
    const answer = broker.scrub(`error: bad token ${dress(value)} for ann`)
    expect(answer).toContain(held)
    expect(answer).toMatch(/^error: bad token /)
    expect(answer).toMatch(/ for ann$/)
    expect(answer).not.toContain(dress(value).slice(8, 24))
  })

  test('names and values of JSON are cleaned, and nothing else changes', () => {
    const answer = { [value]: [{ echo: `x${value}y` }], fine: 'text', n: 3 }
    expect(broker.scrubJson(answer)).toEqual({ [held]: [{ echo: `x${held}y` }], fine: 'text', n: 3 })
  })

  test('whatever is around it, a value never survives', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.nat(3), (before, after, times) => {
        const text = before + value.repeat(times) + after
        expect(broker.scrub(text)).not.toContain(value)
        if (times === 0) expect(broker.scrub(text)).toBe(text)
      }),
      { seed: SEED },
    )
  })
})

describe('at rest', () => {
  const vault = new Vault(randomBytes(32))
  const stored = {
    ...github,
    sealed: vault.seal(value, github),
    keyId: vault.keyId,
    created: 0,
    rotated: undefined,
  }

  test('a sealed value opens with its key and not a byte of it shows', () => {
    expect(vault.open(stored)).toBe(value)
    expect(stored.sealed.toString('latin1')).not.toContain('ghs_')
    expect(vault.seal(value, github)).not.toEqual(stored.sealed)
  })

  test.each([
    ['name', { name: 'gitlab' }],
    ['tools', { tools: ['*'] }],
    ['places', { destinations: ['*'] }],
    ['agents', { agents: ['*'] }],
    ['value', { sealed: Buffer.concat([stored.sealed.subarray(0, -1), Buffer.from([0])]) }],
  ])('it does not open after its %s was changed', (_, change) => {
    expect(() => vault.open({ ...stored, ...change })).toThrow(/does not open/)
  })

  test('another key does not open it', () => {
    expect(() => new Vault(randomBytes(32)).open(stored)).toThrow(/does not open/)
  })
})
