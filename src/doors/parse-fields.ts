import { isUtf8 } from 'node:buffer'
import type { Endpoint } from '../gate/exchange-act.ts'
import type { Failure } from './exchange-failures.ts'
import { keyText, stringEnd } from './json-strings.ts'
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

/**
 * Every text in a body that was read before, wherever it stands in it: names of members too, and both of two that have one
 * name, of which a parser would show the last. The bytes go on whole, so a secret in any of them goes with them.
 */
export function textsOf(body: Buffer): string {
  return textsIn(body).join('\n')
}

export function textsIn(body: Buffer): readonly string[] {
  const text = body.toString('utf8')
  const texts: string[] = []
  for (let at = text.indexOf('"'); at >= 0; ) {
    const end = stringEnd(text, at)
    texts.push(keyText(text.slice(at, end + 1)))
    at = text.indexOf('"', end + 1)
  }
  return texts
}
