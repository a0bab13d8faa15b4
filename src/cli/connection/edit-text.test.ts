import fc from 'fast-check'
import { parse } from 'jsonc-parser'
import { expect, test } from 'vitest'
import { agentPlans, type Edit, type Json, type Wanted } from './agent-plans.ts'
import { withEdits, withoutEdits } from './edit-text.ts'

const SEED = 20261122
const wanted: Wanted = {
  ...{
    scope: 'user',
    url: 'http://127.0.0.1:8080',
    isHttp: false,
    isStrict: false,
    isPlugin: false,
    keyFile: undefined,
  },
  ...{ waitSeconds: 0, program: ['/usr/bin/node', '/opt/it is/portcullis.js'] },
}

function edited(text: string, edits: readonly Edit[]) {
  const result = withEdits(text, edits)
  if (!result.ok) throw new Error(result.error)
  return result.value
}

const append = (path: readonly string[], value: Json): Edit => ({ kind: 'append', path, value })
const set = (path: readonly string[], value: Json): Edit => ({ kind: 'set', path, value })

test('what is put in takes a line each, and every other byte stays', () => {
  const text = '{\r\n\t// mine\r\n\t"a" : 1 ,\r\n\t"hooks": { "Stop": [ {"x":1} ] }\r\n}'
  const { text: after } = edited(text, [append(['hooks', 'Stop'], { y: [2] }), set(['b', 'c'], true)])
  expect(after).toBe(
    '{\r\n\t// mine\r\n\t"a" : 1 ,\r\n\t"hooks": { "Stop": [ {"x":1},\r\n\t\t\t{ "y": [2] } ] },\r\n\t"b": {\r\n\t\t"c": true\r\n\t}\r\n}',
  )
})

test('what is there already is not put in again', () => {
  const once = edited('{}', agentPlans['claude-code'].edits(wanted))
  expect(edited(once.text, agentPlans['claude-code'].edits(wanted)).done).toEqual([])
})

test('a text that is no object, and hooks that are no list, are refused', () => {
  for (const text of ['[]', '{', '"a"', '{"hooks": 1}', '{"hooks": {"Stop": {}}}'])
    expect(withEdits(text, [append(['hooks', 'Stop'], 1)]).ok).toBe(false)
})

const name = fc.constantFrom('hooks', 'permissions', 'PreToolUse', 'Stop', 'allow', 'version', 'x')
const json = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value
const object = fc.dictionary(name, json, { maxKeys: 5, noNullPrototype: true })
const indent = fc.constantFrom(0, 1, 2, 4, '\t')
const plans = fc.constantFrom(...Object.values(agentPlans)).map((plan) => plan.edits(wanted))

test('whatever the settings were, taking out what was put in leaves what was there', () => {
  fc.assert(
    fc.property(object, indent, plans, (settings, space, edits) => {
      const text = JSON.stringify(settings, null, space)
      const result = withEdits(text, edits)
      if (!result.ok) return
      for (const edit of edits) expect(result.value.text).toContain(JSON.stringify(edit.path.at(-1)))
      // An empty object of one's own goes too when the gate's entries leave it empty.
      expect(parse(withoutEdits(result.value.text, result.value.done))).toEqual(
        withoutEmptyHooks(settings, edits),
      )
    }),
    { seed: SEED, numRuns: 300 },
  )
})

function withoutEmptyHooks(settings: Readonly<Record<string, Json>>, edits: readonly Edit[]): unknown {
  const left = structuredClone(settings) as Record<string, Json>
  const hooks = left.hooks as Record<string, Json> | undefined
  if (hooks === undefined) return left
  for (const { path } of edits)
    if (
      path[0] === 'hooks' &&
      Array.isArray(hooks[path[1] ?? '']) &&
      (hooks[path[1] ?? ''] as Json[]).length === 0
    )
      delete hooks[path[1] ?? '']
  if (Object.keys(hooks).length === 0) delete left.hooks
  return left
}

test('an entry of somebody else that came later stays', () => {
  const { text, done } = edited('{\n  "hooks": {}\n}\n', [append(['hooks', 'Stop'], { ours: true })])
  const later = edited(text, [append(['hooks', 'Stop'], { theirs: true }), set(['theme'], 'dark')]).text
  expect(parse(withoutEdits(later, done))).toEqual({ hooks: { Stop: [{ theirs: true }] }, theme: 'dark' })
})

test('a value that was there before comes back, one that somebody changed since stays', () => {
  const { text, done } = edited('{ "permissions": { "mode": "auto" } }', [
    set(['permissions', 'mode'], 'safe'),
  ])
  expect(parse(withoutEdits(text, done))).toEqual({ permissions: { mode: 'auto' } })
  expect(parse(withoutEdits(text.replace('safe', 'other'), done))).toEqual({ permissions: { mode: 'other' } })
})
