// What an exchange used where the answer does not say it: OpenAI's streams report usage only to clients that ask for it,
// and a client that leaves early never sees it. A budget of tokens that counted these as nothing would bind nobody.
import type { Rates } from '../config/config.ts'
import { type Endpoint, isKept } from '../gate/exchange-act.ts'
import { textsIn } from './parse-fields.ts'
import type { RelayResult } from './upstream/relay-request.ts'

/** Of English text, as the vendors say it; letters of more bytes are fewer to a token. */
const BYTES_PER_TOKEN = 4
/** Longer and without a space: the bytes of a picture or a file, not words. */
const DATA_CHARACTERS_MIN = 2_000
const WRITING: ReadonlySet<Endpoint> = new Set(['chat.completions', 'responses', 'messages'])
const noUsage = { inputTokens: undefined, outputTokens: undefined }
const WORDS =
  /"(?:content|text|delta|thinking|reasoning|reasoning_content|arguments|partial_json)"\s*:\s*"((?:[^"\\]|\\.)*)/g
const EVENT = /^data: ?\{/gm

/** Whether anybody's tokens are counted at all. */
export function countsTokens(rates: Rates): boolean {
  return [rates.key, rates.account, rates.tenant, rates.campaign].some(
    ({ tokensPerMinute, tokensPerDay }) => tokensPerMinute > 0 || tokensPerDay > 0,
  )
}

/** What an exchange used, as reported or as far as the bytes that passed tell it. */
export type UsedTokens = {
  readonly input: number | undefined
  readonly output: number | undefined
  /** The answer's tokens are not as reported. */
  readonly isEstimated: boolean
  /** What it counts for in budgets. */
  readonly counted: number
}

/** What was refused or failed upstream cost nothing. The prompt is only looked at for a budget. */
export function usedTokens(
  endpoint: Endpoint,
  body: Buffer | null,
  result: RelayResult,
  isCounted: boolean,
): UsedTokens {
  const { usage, attempts, status, outcome } = result
  // What was made in the background is counted when it is read; all else was when it was made.
  const { inputTokens: input, outputTokens: output } =
    isKept(endpoint) && !isOfBackground(result) ? noUsage : usage
  const isWriting = WRITING.has(endpoint)
  const isWhole = outcome === 'answered' && output !== undefined
  if (
    attempts === 0 ||
    status >= 300 ||
    (!isWriting && endpoint !== 'embeddings') ||
    (isWhole && input !== undefined)
  )
    return { input, output, isEstimated: false, counted: (input ?? 0) + (output ?? 0) }
  const asked = input ?? (!isCounted || body === null || hasNoAnswer(result) ? 0 : wordTokens(body))
  const written = isWhole || !isWriting ? 0 : Math.ceil(writtenTokens(result))
  const isEstimated = written > (output ?? 0)
  const told = isEstimated ? written : output
  return { input, output: told, isEstimated, counted: Math.ceil(asked + (told ?? 0)) }
}

/** A quotation mark behind a backslash is of somebody's text. */
function isOfBackground({ answer }: RelayResult): boolean {
  return answer !== undefined && /(?<!\\)"background"\s*:\s*true/.test(answer.head().toString('latin1'))
}

/** A client that left before the first byte had its prompt read all the same. */
function hasNoAnswer({ status, outcome }: RelayResult): boolean {
  return status === 0 && outcome !== 'client-gone'
}

function wordTokens(body: Buffer): number {
  let bytes = 0
  for (const text of textsIn(body))
    if (text.length < DATA_CHARACTERS_MIN || text.includes(' ')) bytes += Buffer.byteLength(text)
  return bytes / BYTES_PER_TOKEN
}

/** The end of an answer stands for all of it. An event is a token or more. */
function writtenTokens({ answer, bytes }: RelayResult): number {
  const tail = answer?.tail()
  if (tail === undefined || tail.length === 0) return bytes / BYTES_PER_TOKEN
  const text = tail.toString('utf8')
  let words = 0
  for (const [, found = ''] of text.matchAll(WORDS)) words += Buffer.byteLength(found)
  const events = text.match(EVENT)?.length ?? 0
  // The end of one long text has neither a name nor an event in it.
  if (words === 0 && events === 0 && bytes > tail.length) return bytes / BYTES_PER_TOKEN
  return Math.max(words / BYTES_PER_TOKEN, events) * (bytes / tail.length)
}
