// How OpenAI's answers are altered where a decision says so: chat completions and responses, whole and streamed.
import type { JsonEdit } from '../json-edit.ts'
import { asRecord, type JsonRecord, listOf, textOf } from '../json-fields.ts'
import { isMarkable, TextSoFar } from '../markable.ts'

/** Where servers that speak like OpenAI put a model's reasoning in a chat message. */
const REASONING_FIELDS = ['reasoning', 'reasoning_content', 'reasoning_details'] as const
const REASONING_EVENT = /^response\.reasoning(_|\.)/

/** Signatures of reasoning in a whole response or one event of a stream. */
export function signaturesIn(json: unknown): readonly string[] {
  const body = asRecord(json)
  return [...listOf(body?.output), ...listOf(asRecord(body?.response)?.output), body?.item]
    .map(asRecord)
    .filter((item) => item?.type === 'reasoning')
    .map((item) => textOf(item?.encrypted_content))
    .filter((signature) => signature !== undefined)
}

export const veil: JsonEdit = {
  event: (data) => {
    if (REASONING_EVENT.test(textOf(data.type) ?? '')) return []
    const choices = listOf(data.choices)
    if (choices.length === 0) return [veiledResponse(data)]
    const veiled = choices.map((choice) => veiledChoice(choice, 'delta'))
    if (veiled.every((choice, index) => choice === choices[index])) return [data]
    return veiled.every(isEmpty) && data.usage == null ? [] : [{ ...data, choices: veiled }]
  },
  whole: (body) => {
    const choices = listOf(body.choices)
    if (choices.length === 0) return veiledResponse(body)
    const veiled = choices.map((choice) => veiledChoice(choice, 'message'))
    return veiled.every((choice, index) => choice === choices[index]) ? body : { ...body, choices: veiled }
  },
}

function veiledChoice(value: unknown, field: 'delta' | 'message'): unknown {
  const choice = asRecord(value)
  const message = asRecord(choice?.[field])
  if (message === undefined || !REASONING_FIELDS.some((name) => message[name] != null)) return value
  const rest = Object.entries(message).filter(([name]) => !REASONING_FIELDS.some((hidden) => hidden === name))
  return { ...choice, [field]: Object.fromEntries(rest) }
}

/** A piece of a stream that said nothing but reasoning. */
function isEmpty(value: unknown): boolean {
  const choice = asRecord(value)
  const delta = asRecord(choice?.delta) ?? {}
  return choice?.finish_reason == null && Object.values(delta).every((part) => part == null || part === '')
}

function veiledResponse(data: JsonRecord): JsonRecord {
  const output = listOf(data.output)
  const response = asRecord(data.response)
  const item = asRecord(data.item)
  const items = listOf(data.data)
  if (items.some(isReasoning)) return { ...data, data: items.map(veiledItem) }
  if (output.some(isReasoning)) return { ...data, output: output.map(veiledItem) }
  if (listOf(response?.output).some(isReasoning))
    return { ...data, response: { ...response, output: listOf(response?.output).map(veiledItem) } }
  return isReasoning(item) ? { ...data, item: veiledItem(item) } : data
}

function isReasoning(value: unknown): boolean {
  return asRecord(value)?.type === 'reasoning'
}

function veiledItem(value: unknown): unknown {
  if (!isReasoning(value)) return value
  const { content: _, ...item } = asRecord(value) ?? {}
  return { ...item, summary: [] }
}

/** The canary closes each text that bears it. */
export function mark(sentence: string): JsonEdit {
  const text = `\n\n${sentence}`
  const chat = new ChatMarker(text)
  const response = new ResponseMarker(text)
  return {
    event: (data) => (Array.isArray(data.choices) ? chat.event(data) : response.event(data)),
    whole: (body) => (Array.isArray(body.choices) ? markedChat(body, text) : response.marked(body)),
  }
}

function markedChat(body: JsonRecord, text: string): JsonRecord {
  const choices = listOf(body.choices).map((value) => {
    const choice = asRecord(value)
    const message = asRecord(choice?.message)
    const content = textOf(message?.content)
    if (choice?.finish_reason !== 'stop' || content === undefined || !isMarkable(content)) return value
    return { ...choice, message: { ...message, content: content + text } }
  })
  return { ...body, choices }
}

class ChatMarker {
  readonly #text: string
  readonly #choices = new Map<unknown, TextSoFar>()

  constructor(text: string) {
    this.#text = text
  }

  event(data: JsonRecord): readonly JsonRecord[] {
    const marked: JsonRecord[] = []
    for (const value of listOf(data.choices)) {
      const choice = asRecord(value)
      const content = textOf(asRecord(choice?.delta)?.content)
      const known = this.#choices.get(choice?.index) ?? new TextSoFar()
      this.#choices.set(choice?.index, known)
      if (content !== undefined) known.add(content)
      if (choice?.finish_reason !== 'stop' || !known.isMarkable) continue
      const { usage: _, ...rest } = data
      const delta = { content: (content ?? '') + this.#text }
      marked.push({ ...rest, choices: [{ ...choice, delta, finish_reason: null }] })
    }
    if (marked.length === 0) return [data]
    const choices = listOf(data.choices).map((value) => {
      const choice = asRecord(value)
      return choice?.finish_reason === 'stop' ? { ...choice, delta: {} } : value
    })
    return [...marked, { ...data, choices }]
  }
}

/** A response repeats what it was asked to be. */
function isDataAsked(response: JsonRecord | undefined): boolean {
  const type = textOf(asRecord(asRecord(response?.text)?.format)?.type)
  return type !== undefined && type !== 'text'
}

/** Whether a text bears it is asked of the text, as later events repeat it whole: a stream may be taken up in its middle. */
class ResponseMarker {
  readonly #text: string
  #added = 0
  #isData = false

  constructor(text: string) {
    this.#text = text
  }

  event(data: JsonRecord): readonly JsonRecord[] {
    this.#isData ||= isDataAsked(asRecord(data.response))
    if (this.#isData) return [data]
    const numbered = this.#numbered(data)
    switch (data.type) {
      case 'response.output_text.done': {
        const whole = textOf(data.text) ?? ''
        if (!isMarkable(whole)) return [numbered]
        this.#added++
        const { text: _, type: __, ...rest } = numbered
        const delta = { type: 'response.output_text.delta', ...rest, delta: this.#text }
        return [delta, { ...this.#numbered(data), text: `${whole}${this.#text}` }]
      }
      case 'response.content_part.done':
        return [changed(numbered, 'part', this.#part(data.part))]
      case 'response.output_item.done':
        return [changed(numbered, 'item', this.#item(data.item))]
      default: {
        const response = asRecord(data.response)
        return [response === undefined ? numbered : changed(numbered, 'response', this.marked(response))]
      }
    }
  }

  /** A whole response: every text that bears it. */
  marked(body: JsonRecord): JsonRecord {
    if (isDataAsked(body)) return body
    return changed(
      body,
      'output',
      sameOr(body.output, (item) => this.#item(item)),
    )
  }

  #numbered(data: JsonRecord): JsonRecord {
    const { sequence_number: number } = data
    if (this.#added === 0 || typeof number !== 'number') return data
    return { ...data, sequence_number: number + this.#added }
  }

  #item(value: unknown): unknown {
    const item = asRecord(value)
    if (item?.type !== 'message') return value
    return changed(
      item,
      'content',
      sameOr(item.content, (part) => this.#part(part)),
    )
  }

  #part(value: unknown): unknown {
    const part = asRecord(value)
    const text = textOf(part?.text) ?? ''
    return part?.type === 'output_text' && isMarkable(text)
      ? { ...part, text: `${text}${this.#text}` }
      : value
  }
}

/** The very record where the field stays as it is, so that its bytes do. */
function changed(record: JsonRecord, field: string, value: unknown): JsonRecord {
  return record[field] === value ? record : { ...record, [field]: value }
}

function sameOr(list: unknown, change: (item: unknown) => unknown): unknown {
  const items = listOf(list)
  const next = items.map(change)
  return next.some((item, index) => item !== items[index]) ? next : list
}
