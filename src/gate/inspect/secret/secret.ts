import type { JsonValue, JudgedAct } from '../../act.ts'
import type { Finding, Span } from '../../finding.ts'
import type { KnownSecrets, Trail } from './known.ts'
import { tokensIn } from './tokens.ts'

const NAME = 'secret'

/** Longer texts are looked through up to here. */
const TEXT_CHARACTERS_MAX = 1_048_576

/** Secrets in what an act carries: known ones in any dress, unknown ones by their issuer's shape. */
export class SecretWatch {
  readonly #trail: Trail
  readonly #arrived: Trail

  constructor(secrets: KnownSecrets) {
    this.#trail = secrets.newTrail()
    this.#arrived = secrets.newTrail()
  }

  inspect(act: JudgedAct): readonly Finding[] {
    const text = textOf(act)
    const tokens = tokensIn(text)
    if (act.kind === 'result') return [...this.#returned(text), ...this.#arriving(tokens)]
    const findings: Finding[] = this.#trail.look(text).map(({ name, how }) => ({
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

  /** A credential that the broker put in comes back in a dress that could not be cut out. Others may be read. */
  #returned(text: string): readonly Finding[] {
    return this.#arrived.look(text).map(({ name, how, isCredential }) => ({
      detector: NAME,
      fact: 'secret.returned',
      severity: isCredential ? 'high' : 'low',
      summary: `what the tool returned holds the secret ${name}, ${how}`,
    }))
  }

  /** What comes in is not leaving yet; it can be cut out before the agent sees it. */
  #arriving(tokens: ReturnType<typeof tokensIn>): readonly Finding[] {
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

function textOf(act: JudgedAct): string {
  const text = act.kind === 'call' ? leaves(act.arguments) : act.kind === 'command' ? act.command : act.text
  return text.length > TEXT_CHARACTERS_MAX ? text.slice(0, TEXT_CHARACTERS_MAX) : text
}

/** Every text in the arguments, one a line, so that pieces in neighbouring fields stand together. */
function leaves(value: JsonValue): string {
  if (typeof value === 'string') return value
  if (value === null || typeof value !== 'object') return String(value)
  return Object.values(value).map(leaves).join('\n')
}
