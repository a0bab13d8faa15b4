// How Anthropic's answers are altered where a decision says so.
import type { JsonEdit } from '../json-edit.ts'
import { asRecord, type JsonRecord, listOf, textOf } from '../json-fields.ts'
import { isMarkable, TextSoFar } from '../markable.ts'

/** Signatures of reasoning in a whole message or one event of a stream. */
export function signaturesIn(json: unknown): readonly string[] {
  const body = asRecord(json)
  const delta = asRecord(body?.delta)
  const found = [...listOf(body?.content), body?.content_block].map(signatureOf)
  if (delta?.type === 'signature_delta') found.push(textOf(delta.signature))
  return found.filter((signature) => signature !== undefined)
}

export function signatureOf(part: unknown): string | undefined {
  const block = asRecord(part)
  if (block?.type === 'thinking') return textOf(block.signature)
  return block?.type === 'redacted_thinking' ? textOf(block.data) : undefined
}

/** Thinking blocks stay, with their signatures and without their words: a tool's result has to bring them back. */
export const veil: JsonEdit = {
  event: (data) => {
    const block = asRecord(data.content_block)
    if (block?.type === 'thinking') return [{ ...data, content_block: { ...block, thinking: '' } }]
    return asRecord(data.delta)?.type === 'thinking_delta' ? [] : [data]
  },
  whole: (body) => {
    const content = listOf(body.content)
    if (!content.some((part) => asRecord(part)?.type === 'thinking')) return body
    return {
      ...body,
      content: content.map((part) => {
        const block = asRecord(part)
        return block?.type === 'thinking' ? { ...block, thinking: '' } : part
      }),
    }
  },
}

/** The canary closes the first text that bears it. */
export function mark(sentence: string): JsonEdit {
  const text = `\n\n${sentence}`
  const open = new Map<unknown, TextSoFar>()
  let isMarked = false
  return {
    event: (data) => {
      const { index } = data
      const delta = asRecord(data.delta)
      if (data.type === 'content_block_start' && asRecord(data.content_block)?.type === 'text')
        open.set(index, new TextSoFar())
      else if (delta?.type === 'text_delta') open.get(index)?.add(textOf(delta.text) ?? '')
      else if (data.type === 'content_block_stop' && open.get(index)?.isMarkable === true && !isMarked) {
        isMarked = true
        return [{ type: 'content_block_delta', index, delta: { type: 'text_delta', text } }, data]
      }
      return [data]
    },
    whole: (body) => {
      const content = listOf(body.content)
      const at = content.findIndex((part) => {
        const block = asRecord(part)
        return block?.type === 'text' && isMarkable(textOf(block.text) ?? '')
      })
      const block: JsonRecord | undefined = asRecord(content[at])
      if (block === undefined) return body
      return { ...body, content: content.with(at, { ...block, text: `${textOf(block.text)}${text}` }) }
    },
  }
}
