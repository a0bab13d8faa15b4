import { STATUS_CODES } from 'node:http'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AnswerHeads } from './answer-heads.ts'

const names = fc.constantFrom('x-a', 'Content-Length', 'connection', 'content-type', 'date')
const values = fc.constantFrom('1', '2', 'text/plain', 'close', '', 'é')
const heads = fc.tuple(
  fc.constantFrom(200, 404, 299),
  fc.array(fc.tuple(names, values), { maxLength: 4 }).map((pairs) => pairs.flat()),
)

test('what stands at the beginning of an answer does not depend on the answers before it', () => {
  fc.assert(
    fc.property(fc.array(heads, { maxLength: 30 }), (asked) => {
      const kept = new AnswerHeads()
      for (const [status, headers] of asked) {
        const lines = kept.read(status, headers)
        expect(lines).toEqual(new AnswerHeads().read(status, headers))
        const pairs = headers.flatMap((name, at) => (at % 2 === 0 ? [`\r\n${name}: ${headers[at + 1]}`] : []))
        const first = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'unknown'}`
        expect(lines.text + (headers.at(-1) ?? '')).toBe(first + pairs.join(''))
        expect(lines.hasConnection).toBe(headers.some((text, at) => at % 2 === 0 && text === 'connection'))
        expect(lines.hasLength).toBe(headers.some((text, at) => at % 2 === 0 && text === 'Content-Length'))
      }
    }),
    { seed: 5 },
  )
})

test.each([['\r'], ['\n'], ['a\r\nx: y'], ['\0'], ['…']])(
  'a value that would end its line is refused wherever it stands: %j',
  (value) => {
    const heads = new AnswerHeads()
    const good = ['x-a', '1', 'x-b', '2']
    expect(() => heads.read(200, ['x-a', value, 'x-b', '2'])).toThrow()
    expect(() => heads.read(200, ['x-a', '1', 'x-b', value])).toThrow()
    heads.read(200, good)
    heads.read(200, good)
    expect(() => heads.read(200, ['x-a', '1', 'x-b', value])).toThrow()
    expect(() => heads.read(200, ['x-a', value, 'x-b', '2'])).toThrow()
    expect(heads.read(200, good).text).toBe('HTTP/1.1 200 OK\r\nx-a: 1\r\nx-b: ')
  },
)
