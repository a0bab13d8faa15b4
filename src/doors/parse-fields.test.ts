import fc from 'fast-check'
import { expect, test } from 'vitest'
import { textsOf } from './parse-fields.ts'

test('every text of a body is looked at: names, both of two with one name, escapes, however deep it stands', () => {
  const body = '{"a":[{"content":"first","content":"sec\\u006fnd"}],"sk-\\"name":{"b":["\\n",1,null]}}'
  expect(textsOf(Buffer.from(body)).split('\n')).toEqual(
    expect.arrayContaining(['first', 'second', 'sk-"name', 'content', 'b']),
  )
  const deep = `${'['.repeat(200_000)}"below"${']'.repeat(200_000)}`
  expect(textsOf(Buffer.from(deep))).toBe('below')
})

test('no text of any JSON is passed over', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const texts: string[] = []
      JSON.parse(JSON.stringify(value), (_key, part: unknown) => {
        if (typeof part === 'string') texts.push(part)
        return part
      })
      const found = textsOf(Buffer.from(JSON.stringify(value)))
      for (const text of texts) expect(found).toContain(text.toWellFormed() === text ? text : '')
    }),
    { seed: 3 },
  )
})
