import { parseEvent } from './json-edit.ts'
import { asRecord } from './json-fields.ts'
import type { ModelDoor } from './model-door.ts'
import type { AnswerEdit } from './upstream/answer-editor.ts'

/** Shorter than this is a placeholder of a stream's first event, not a signature. */
const SIGNATURE_CHARACTERS_MIN = 16

/** Seals every signed reasoning block in an answer; all other bytes stay as they are. */
export function sealEdit(door: ModelDoor, seal: (signature: string) => string): AnswerEdit {
  const sealed = (bytes: Buffer, json: unknown): Buffer => {
    const signatures = new Set(door.signaturesIn(json))
    return [...signatures]
      .filter((signature) => signature.length >= SIGNATURE_CHARACTERS_MIN)
      .reduce((whole, signature) => replaced(whole, `"${signature}"`, `"${seal(signature)}"`), bytes)
  }
  const concerns = (bytes: Buffer): boolean => door.reasoningKeys.some((key) => bytes.includes(key))
  return {
    event: (event) => (concerns(event) ? sealed(event, parseEvent(event)?.data) : event),
    whole: (body) => (concerns(body) ? sealed(body, parsed(body)) : body),
  }
}

/** Puts other text in place of some, wherever it stands. */
export function replaced(bytes: Buffer, from: string, to: string): Buffer {
  const wanted = Buffer.from(from)
  const pieces: Buffer[] = []
  let start = 0
  for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, start)) {
    pieces.push(bytes.subarray(start, at), Buffer.from(to))
    start = at + wanted.length
  }
  return pieces.length === 0 ? bytes : Buffer.concat([...pieces, bytes.subarray(start)])
}

function parsed(body: Buffer): unknown {
  try {
    return asRecord(JSON.parse(body.toString('utf8')))
  } catch {
    return undefined
  }
}
