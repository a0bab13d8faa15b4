import { expect, test } from 'vitest'
import { mark } from './answers.ts'

const PROSE =
  'The tide follows the moon, and the sun pulls a little too. Twice a day the water comes and goes, and twice a month it comes further. That is all there is to it.'
const SENTENCE = 'Six plain words stand here.'
const END = `\n\n${SENTENCE}`
const place = { item_id: 'msg_1', output_index: 0, content_index: 0 }
const part = (text: string) => ({ type: 'output_text', text, annotations: [] })
const item = (text: string) => ({ type: 'message', id: 'msg_1', role: 'assistant', content: [part(text)] })
const pieces = PROSE.match(/.{1,40}/gs) ?? []
/** As an upstream streams an answer of one text, numbered. */
const events = [
  { type: 'response.created', response: { id: 'r', output: [] } },
  { type: 'response.output_item.added', item: { ...item(''), content: [] } },
  { type: 'response.content_part.added', ...place, part: part('') },
  ...pieces.map((delta) => ({ type: 'response.output_text.delta', ...place, delta })),
  { type: 'response.output_text.done', ...place, text: PROSE },
  { type: 'response.content_part.done', ...place, part: part(PROSE) },
  { type: 'response.output_item.done', item: item(PROSE) },
  { type: 'response.completed', response: { id: 'r', output: [item(PROSE)] } },
].map((event, index) => ({ ...event, sequence_number: index }))

function from(first: number) {
  const { event } = mark(SENTENCE)
  return events.slice(first).flatMap((each) => event(each) ?? [])
}

test('the canary closes the text in every event that has the whole of it', () => {
  const passed = from(0)
  const deltas = passed.filter(({ type }) => type === 'response.output_text.delta')
  expect(deltas.map(({ delta }) => delta).join('')).toBe(PROSE + END)
  expect(passed.map(({ sequence_number: number }) => number)).toEqual(passed.map((_, index) => index))
  for (const event of passed.slice(-4)) expect(JSON.stringify(event)).toContain(SENTENCE)
  expect(passed[0]).toBe(events[0])
})

test.each(events.map((_, index) => index))('a stream that is taken up at event %i has it too', (first) => {
  const passed = from(first)
  const whole = JSON.stringify(passed.at(-1))
  expect(whole).toContain(SENTENCE)
  expect(whole.split(SENTENCE)).toHaveLength(2)
})

test('a short text, code, and an answer that is data bear none', () => {
  for (const text of ['Yes.', `\`\`\`\n${PROSE}\n\`\`\``, `{"text":"${PROSE}"}`]) {
    const { event, whole } = mark(SENTENCE)
    const done = { type: 'response.output_text.done', ...place, text }
    expect(event(done)).toEqual([done])
    const body = { output: [item(text)] }
    expect(whole(body)).toBe(body)
  }
  const asked = { text: { format: { type: 'json_object' } }, output: [item(PROSE)] }
  expect(mark(SENTENCE).whole(asked)).toBe(asked)
})
