import { failure, type Result, success } from '../../kernel/result.ts'
import type { JsonObject, JsonValue } from '../act.ts'
import { DESTINATIONS_MAX, hostsIn, TEXT_CHARACTERS_MAX } from '../destinations.ts'
import { Globs } from '../globs.ts'
import { PatternIndex, spellingsOf } from '../secret-spellings.ts'

/** A credential as the broker holds it: open, with what it may be used with. */
export type Credential = {
  readonly name: string
  readonly value: string
  readonly tools: readonly string[]
  readonly destinations: readonly string[]
  readonly agents: readonly string[]
}

/** Where an act is about to go. `destination` is the host the door talks to. */
export type Egress = { readonly tool: string; readonly destination: string; readonly agent: string }

export type Refused = {
  readonly reason: 'credential-unknown' | 'wrong-tool' | 'wrong-destination' | 'wrong-agent'
  readonly name: string
}

export type Injected<Carried> = { readonly carried: Carried; readonly used: readonly string[] }

const NESTING_MAX = 100
const placeholder = /\bpc-credential-([a-z0-9][a-z0-9_-]{0,62})\b/g

export function placeholderOf(name: string): string {
  return `pc-credential-${name}`
}

type Held = Credential & { readonly toolGlobs: Globs; readonly hostGlobs: Globs; readonly agentGlobs: Globs }

/**
 * Keeps credentials away from agents: they hold placeholders, the real value goes in at egress and comes out of
 * everything that returns. What is put in goes to the allowed tools, places and agents and nowhere else.
 */
export class Broker {
  #held: ReadonlyMap<string, Held> = new Map()
  #index = new PatternIndex<string>([])

  constructor(credentials: readonly Credential[]) {
    this.use(credentials)
  }

  use(credentials: readonly Credential[]): void {
    this.#held = new Map(
      credentials.map((credential) => [
        credential.name,
        {
          ...credential,
          toolGlobs: new Globs(credential.tools),
          hostGlobs: new Globs(credential.destinations),
          agentGlobs: new Globs(credential.agents),
        },
      ]),
    )
    this.#index = new PatternIndex(
      credentials.flatMap(({ name, value }) => spellingsOf(value).map((text) => [text, name] as const)),
    )
  }

  /** For the detectors: none of these may leave on its own, nor come back. */
  get secrets(): readonly { readonly name: string; readonly value: string; readonly isCredential: true }[] {
    return [...this.#held.values()].map(({ name, value }) => ({ name, value, isCredential: true }))
  }

  /** The arguments with every placeholder replaced, or the first that may not be. */
  inject(given: JsonObject, egress: Egress): Result<Injected<JsonObject>, Refused> {
    const refused = this.#refusedIn(JSON.stringify(given), egress)
    if (refused !== undefined) return failure(refused)
    const used = new Set<string>()
    const carried = mapTexts(given, (text) => this.#filled(text, used), NESTING_MAX)
    return success({ carried: carried as JsonObject, used: [...used] })
  }

  /** The same for one text: a header, a command, a body. */
  injectText(given: string, egress: Egress): Result<Injected<string>, Refused> {
    const refused = this.#refusedIn(given, egress)
    if (refused !== undefined) return failure(refused)
    const used = new Set<string>()
    return success({ carried: this.#filled(given, used), used: [...used] })
  }

  /** A text without any credential, in any spelling that stands in it as a whole. */
  scrub(text: string): string {
    let clean = ''
    let at = 0
    for (const { owner, start, end } of this.#index.matches(text)) {
      if (start < at) continue
      clean += text.slice(at, start) + placeholderOf(owner)
      at = end
    }
    return at === 0 ? text : clean + text.slice(at)
  }

  scrubJson<Value extends JsonValue>(value: Value): Value {
    return mapTexts(value, (text) => this.scrub(text), NESTING_MAX) as Value
  }

  /** Why an act that names placeholders may not go where it says; looked at before it is decided. */
  misdirected(text: string, egress: Pick<Egress, 'tool' | 'agent'>): Refused | undefined {
    return text.includes('pc-credential-') ? this.#refusedIn(text, { ...egress, destination: '' }) : undefined
  }

  #refusedIn(text: string, { tool, destination, agent }: Egress): Refused | undefined {
    if (!text.includes('pc-credential-')) return undefined
    // What the act itself names decides where it goes; the door's own destination counts where it names nothing.
    const named = hostsIn(text)
    const hosts = named.length > 0 ? named : destination === '' ? [] : [destination]
    for (const [, name = ''] of text.matchAll(placeholder)) {
      const held = this.#held.get(name)
      if (held === undefined) return { reason: 'credential-unknown', name }
      if (!held.agentGlobs.match(agent)) return { reason: 'wrong-agent', name }
      if (!held.toolGlobs.match(tool)) return { reason: 'wrong-tool', name }
      if (held.destinations.includes('*')) continue
      const isSeenWhole = named.length < DESTINATIONS_MAX && text.length <= TEXT_CHARACTERS_MAX
      if (!isSeenWhole || !hosts.every((host) => held.hostGlobs.match(host)))
        return { reason: 'wrong-destination', name }
    }
    return undefined
  }

  #filled(text: string, used: Set<string>): string {
    return text.replace(placeholder, (whole, name: string) => {
      const held = this.#held.get(name)
      if (held === undefined) return whole
      used.add(name)
      return held.value
    })
  }
}

function mapTexts(value: JsonValue, change: (text: string) => string, depth: number): JsonValue {
  if (typeof value === 'string') return change(value)
  if (typeof value !== 'object' || value === null) return value
  // Deeper than any act may be: nothing is let through unchanged.
  if (depth === 0) return null
  if (Array.isArray(value))
    return (value as readonly JsonValue[]).map((inner) => mapTexts(inner, change, depth - 1))
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [change(name), mapTexts(inner, change, depth - 1)]),
  )
}
