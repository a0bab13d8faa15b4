import type { KeyObject } from 'node:crypto'
import { request } from 'undici'
import type { A2aAgentConfig } from '../../config/a2a.ts'
import { type JsonObject, type JsonValue, parseSessionId } from '../../gate/act.ts'
import { canonicalJson } from '../../gate/canonical.ts'
import type { Finding } from '../../gate/finding.ts'
import { inspectOffer } from '../../gate/inspect/offer/offer.ts'
import { failure, type Result, success } from '../../kernel/result.ts'
import type { ToolPinStore } from '../../store/embedded/tool-pin-store.ts'
import type { Judge } from '../judge-act.ts'
import { failureStop, type Stop, stopOf } from '../mcp/refusals.ts'
import { gateCodes, isObject } from '../mcp/rpc.ts'
import { digestOf } from '../mcp/tool-offers.ts'
import { readWireJson } from '../wire-json.ts'
import { ownCard, verifyCard } from './card.ts'
import { isOldCard, oldFields } from './card-0-3.ts'
import { signingInput } from './card-form.ts'

type DeskParts = {
  readonly agent: A2aAgentConfig
  readonly judge: Judge
  readonly pins: ToolPinStore
  readonly key: KeyObject
  readonly now: () => number
}

const FRESH_MS = 60_000
const FETCH_MS = 10_000
const CARD_BYTES_MAX = 1_048_576
/** What an agent shows everybody, and what it shows whom it knows: two cards, each pinned as it was first seen. */
const pinNames = { public: 'agent-card', extended: 'extended-agent-card' } as const
type Kind = keyof typeof pinNames

/** An agent's card: fetched, checked against what was pinned, and made the gate's own. */
export class CardDesk implements AsyncDisposable {
  readonly #parts: DeskParts
  readonly #ending = new AbortController()
  #known: { readonly card: JsonObject; readonly at: number } | undefined

  constructor(parts: DeskParts) {
    this.#parts = parts
  }

  async card(gateUrl: string): Promise<Result<JsonObject, Stop>> {
    const { agent, judge, now } = this.#parts
    if (this.#known === undefined || now() - this.#known.at > FRESH_MS) {
      const card = await this.#fetch()
      if (card === undefined)
        return failure(
          failureStop(judge.nextId(), gateCodes.upstream, `the card of ${agent.name} cannot be read`),
        )
      this.#known = { card, at: now() }
    }
    return await this.ours(this.#known.card, gateUrl, 'public')
  }

  /** A card of the agent's, whichever way it came, as callers of the gate may see it. */
  async ours(card: JsonValue, gateUrl: string, kind: Kind): Promise<Result<JsonObject, Stop>> {
    const { agent, judge, key } = this.#parts
    if (!isObject(card))
      return failure(
        failureStop(judge.nextId(), gateCodes.upstream, `the card of ${agent.name} cannot be read`),
      )
    const stop = await this.#judge(card, pinNames[kind])
    return stop === undefined ? success(await ownCard(card, agent, gateUrl, key)) : failure(stop)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort()
  }

  async #judge(card: JsonObject, name: string): Promise<Stop | undefined> {
    const { agent, judge, pins, now } = this.#parts
    const definition = isOldCard(card) ? canonicalJson(oldFields(card)) : signingInput(card)
    const offered = { server: `a2a:${agent.name}`, name, digest: digestOf(definition) }
    const pin = pins.find(offered.server, name)
    if (agent.keys.length === 0 && pin?.digest === offered.digest) {
      if (pin.heldDigest !== undefined) pins.release(offered.server, name)
      return undefined
    }
    const findings = [
      ...(await this.#identity(card, pin?.digest)),
      ...inspectOffer(`agent ${agent.name}`, card),
    ]
    if (findings.length === 0) {
      if (pin?.digest !== offered.digest) pins.pin(offered, definition, 'first-use', now())
      return undefined
    }
    const session = parseSessionId(`card of ${agent.name}`)
    if (!session.ok) throw new Error('a name of our own is a session id')
    const caller = { tenant: 'default', agent: `a2a:${agent.name}`, person: undefined, key: undefined }
    const act = {
      kind: 'message',
      id: judge.nextId(),
      session: session.value,
      from: `a2a:${agent.name}`,
      to: 'model',
      text: definition,
    } as const
    const passage = await judge.pass(caller, act, findings)
    if (passage.decision.action === 'allow') {
      await judge.end(passage, 'done')
      if (passage.wouldBe.action === 'allow') pins.pin(offered, definition, passage.id, now())
      return undefined
    }
    const [worst] = findings
    if (agent.keys.length === 0) pins.hold(offered, definition, `${worst?.fact}: ${worst?.summary}`, now())
    return stopOf(passage, `The card of ${agent.name}`)
  }

  /** With pinned keys a signature says whose card it is; without, only that it is the one that was seen before. */
  async #identity(card: JsonObject, pinned: string | undefined): Promise<readonly Finding[]> {
    const { agent } = this.#parts
    const found = (fact: string, severity: Finding['severity'], summary: string): Finding[] => [
      { detector: 'delegation', fact, severity, summary },
    ]
    if (agent.keys.length === 0)
      return pinned === undefined
        ? []
        : found('agent.card-changed', 'medium', `the card of ${agent.name} is not what was approved`)
    const verdict = await verifyCard(card, agent.keys)
    if (verdict === 'signed') return []
    const how = verdict === 'unsigned' ? 'is not signed' : 'is not signed by a pinned key'
    return found('agent.card-forged', 'high', `the card of ${agent.name} ${how}`)
  }

  async #fetch(): Promise<JsonObject | undefined> {
    const { agent } = this.#parts
    try {
      // Redirects are not followed: a card lives where the operator said.
      const { statusCode, body } = await request(agent.card, {
        headers: { accept: 'application/json', ...agent.headers },
        signal: AbortSignal.any([this.#ending.signal, AbortSignal.timeout(FETCH_MS)]),
      })
      const chunks: Buffer[] = []
      let bytes = 0
      for await (const chunk of body) {
        bytes += chunk.length
        if (bytes > CARD_BYTES_MAX) return undefined
        chunks.push(chunk)
      }
      const card = statusCode === 200 ? readWireJson(Buffer.concat(chunks)) : undefined
      return card?.ok && isObject(card.value.value) ? card.value.value : undefined
    } catch {
      return undefined
    }
  }
}
