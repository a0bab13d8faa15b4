import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import type { AgentAct } from '../../gate/act.ts'
import type { AgentGate, Verdict } from '../../gate/agent-gate.ts'
import { failure } from '../../kernel/result.ts'
import { parseAct } from './parse-act.ts'

/** A longer line is refused and skipped to its end without being kept. */
export const LINE_BYTES_MAX = 16 * 1024 * 1024
const TOO_LONG = `longer than ${LINE_BYTES_MAX} bytes`

/** Reads acts as lines, writes a decision for each judged one, in order, and goes on after a bad line. */
export async function judgeLines(gate: AgentGate, input: Readable, output: Writable): Promise<void> {
  let line = 0
  for await (const lines of linesOf(input)) {
    let answers = ''
    for (const text of lines) {
      line++
      if (text === undefined) answers += `${JSON.stringify({ line, error: TOO_LONG })}\n`
      else if (text.trim() !== '') answers += answer(gate, text, line)
    }
    if (answers !== '' && !output.write(answers)) await once(output, 'drain')
  }
}

/** A line that is no act, counted from 1, and why. */
export type Refused = { readonly line: number; readonly error: string }

/** The acts of a recorded trace; lines that are none are told to `refused` and left out. */
export async function* actsOf(input: Readable, refused: (line: Refused) => void): AsyncGenerator<AgentAct> {
  let line = 0
  for await (const lines of linesOf(input))
    for (const text of lines) {
      line++
      if (text?.trim() === '') continue
      const parsed = text === undefined ? failure(TOO_LONG) : parseAct(text)
      if (parsed.ok) yield parsed.value
      else refused({ line, error: parsed.error })
    }
}

function answer(gate: AgentGate, text: string, line: number): string {
  const parsed = parseAct(text)
  if (!parsed.ok) return `${JSON.stringify({ line, error: parsed.error })}\n`
  const verdict = gate.pass(parsed.value)
  if (verdict === undefined || !('id' in parsed.value)) return ''
  // What most lines come to, and the same bytes.
  if (verdict.decision.action === 'allow' && verdict.findings.length === 0)
    return `{"id":${JSON.stringify(parsed.value.id)},"action":"allow","findings":[]}\n`
  return `${JSON.stringify(decisionLine(parsed.value.id, verdict))}\n`
}

export function decisionLine(id: string, { decision, findings }: Verdict): object {
  return {
    id,
    ...decision,
    findings: findings.map(({ detector, fact, severity, summary }) => ({
      detector,
      severity,
      summary,
      fact,
    })),
  }
}

/** Whole lines of each chunk; `undefined` stands for one that was too long. */
async function* linesOf(input: Readable): AsyncGenerator<readonly (string | undefined)[]> {
  let pieces: Buffer[] = []
  let bytes = 0
  let isSkipping = false
  for await (const chunk of input) {
    const buffer: Buffer = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    const lines: (string | undefined)[] = []
    let start = 0
    for (let end = buffer.indexOf(10); end >= 0; end = buffer.indexOf(10, start)) {
      const piece = buffer.subarray(start, end)
      start = end + 1
      if (isSkipping || bytes + piece.length > LINE_BYTES_MAX) lines.push(undefined)
      else
        lines.push(
          pieces.length === 0 ? piece.toString('utf8') : Buffer.concat([...pieces, piece]).toString('utf8'),
        )
      pieces = []
      bytes = 0
      isSkipping = false
    }
    const rest = buffer.subarray(start)
    bytes += rest.length
    if (bytes > LINE_BYTES_MAX) {
      isSkipping = true
      pieces = []
    } else if (rest.length > 0 && !isSkipping) pieces.push(rest)
    if (lines.length > 0) yield lines
  }
  if (isSkipping) yield [undefined]
  else if (bytes > 0) yield [Buffer.concat(pieces).toString('utf8')]
}
