import { isUtf8 } from 'node:buffer'
import type { Endpoint } from '../gate/exchange-act.ts'
import type { Failure } from './exchange-failures.ts'
import type { ExchangeFields, ModelDoor } from './model-door.ts'
import { repeatsTopLevelKey } from './repeated-key.ts'

/** What a body says, or why it is refused. Two readers must read the same in it, or it goes no further. */
export function parseFields(door: ModelDoor, endpoint: Endpoint, body: Buffer): ExchangeFields | Failure {
  const malformed = (reason: string): Failure => ({ status: 400, rule: 'body.malformed', reason })
  if (!isUtf8(body)) return malformed('the body is not valid UTF-8')
  const text = body.toString('utf8')
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return malformed('the body is not valid JSON')
  }
  // Two readers may disagree about which of two equal keys counts, and the upstream is the other reader.
  if (repeatsTopLevelKey(text, json)) return malformed('the body repeats a key')
  const fields = door.readFields(endpoint, json)
  return fields.ok ? fields.value : malformed(fields.error)
}

/** Every text in a body that was read before, wherever it stands in it. */
export function textsOf(body: Buffer): string {
  const texts: string[] = []
  JSON.parse(body.toString('utf8'), (_key, value: unknown) => {
    if (typeof value === 'string') texts.push(value)
    return null
  })
  return texts.join('\n')
}
