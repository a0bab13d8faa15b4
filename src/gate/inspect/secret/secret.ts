import { drained, type Steps } from '../../../kernel/steps.ts'
import type { JsonValue, JudgedAct } from '../../act.ts'
import type { Finding, Span } from '../../finding.ts'
import type { KnownSecrets, Sighting, Trail } from './known.ts'
import { type Token, tokensIn } from './tokens.ts'

const NAME = 'secret'

/** A text is looked through in parts, which share a little so that nothing hides between two. */
const PART_CHARACTERS = 1_048_576
const SHARED_CHARACTERS = 65_536
/** No door lets a longer message in; what lies beyond is a failure and no way through. */
const TEXT_CHARACTERS_MAX = 16 * 1_048_576

/** Secrets in what an act carries: known ones in any dress, unknown ones by their issuer's shape. */
export class SecretWatch {
  readonly #trail: Trail
  readonly #arrived: Trail

  constructor(secrets: KnownSecrets) {
    this.#trail = secrets.newTrail()
    this.#arrived = secrets.newTrail()
  }

  inspect(act: JudgedAct): readonly Finding[] {
    return drained(this.inspectInSteps(act))
  }

  *inspectInSteps(act: JudgedAct): Steps<readonly Finding[]> {
    const text = textOf(act)
    if (text.length > TEXT_CHARACTERS_MAX) return [tooLong(act.kind)]
    const parts = partsOf(text)
    const tokens = yield* tokensOf(parts)
    const texts = parts.map(({ text: part }) => part)
    if (act.kind === 'result')
      return [...returned(yield* this.#arrived.lookInSteps(texts)), ...this.#arriving(tokens)]
    const findings: Finding[] = (yield* this.#trail.lookInSteps(texts)).map(({ name, how }) => ({
      detector: NAME,
      fact: 'secret.known',
      severity: 'critical',
      summary: `the secret ${name} is in it, ${how}`,
    }))
    const [first] = tokens
    if (first !== undefined)
      findings.push({
        detector: NAME,
        fact: 'secret.token',
        severity: act.kind === 'message' || act.kind === 'call' ? 'high' : 'medium',
        summary: `carries what looks like a ${first.name}`,
        spans: tokens.map((token) => token.span),
      })
    return findings
  }

  /** What comes in is not leaving yet; it can be cut out before the agent sees it. */
  #arriving(tokens: readonly Token[]): readonly Finding[] {
    const spans: Span[] = tokens.map((token) => token.span)
    const [first] = tokens
    return first === undefined
      ? []
      : [
          {
            detector: NAME,
            fact: 'secret.arrives',
            severity: 'low',
            summary: `what the tool returned holds what looks like a ${first.name}`,
            spans,
          },
        ]
  }
}

/** A credential that the broker put in comes back in a dress that could not be cut out. Others may be read. */
function returned(sightings: readonly Sighting[]): readonly Finding[] {
  return sightings.map(({ name, how, isCredential }) => ({
    detector: NAME,
    fact: 'secret.returned',
    severity: isCredential ? 'high' : 'low',
    summary: `what the tool returned holds the secret ${name}, ${how}`,
  }))
}

function textOf(act: JudgedAct): string {
  return act.kind === 'call' ? leaves(act.arguments) : act.kind === 'command' ? act.command : act.text
}

type Part = { readonly start: number; readonly text: string }

function partsOf(text: string): readonly Part[] {
  if (text.length <= PART_CHARACTERS) return [{ start: 0, text }]
  const parts: Part[] = []
  for (let start = 0; ; start += PART_CHARACTERS - SHARED_CHARACTERS) {
    parts.push({ start, text: text.slice(start, start + PART_CHARACTERS) })
    if (start + PART_CHARACTERS >= text.length) return parts
  }
}

/** Tokens of all parts; one that two parts share counts once. */
function* tokensOf(parts: readonly Part[]): Steps<readonly Token[]> {
  const [only, second] = parts
  if (only !== undefined && second === undefined) return tokensIn(only.text)
  const found = new Map<string, Token>()
  for (const { start, text } of parts) {
    for (const { name, span } of tokensIn(text)) {
      const moved = [span[0] + start, span[1] + start] as const
      found.set(moved.join(), { name, span: moved })
    }
    yield
  }
  return [...found.values()]
}

function tooLong(kind: JudgedAct['kind']): Finding {
  const summary = `a ${kind} of more than ${TEXT_CHARACTERS_MAX / 1_048_576} MiB is not read`
  return { detector: NAME, fact: 'detector-failed', severity: 'high', summary }
}
/** Every text in the arguments, one a line, so that pieces in neighbouring fields stand together. */
function leaves(value: JsonValue): string {
  if (typeof value === 'string') return value
  if (value === null || typeof value !== 'object') return String(value)
  return Object.values(value).map(leaves).join('\n')
}
