import { setTimeout as sleep } from 'node:timers/promises'
import type { Config, ReasoningConfig, Trust } from '../config/config.ts'
import type { Result } from '../kernel/result.ts'
import type { Caller, IdentityFailure } from './caller.ts'
import { type Allowance, decideExchange } from './decide/decide-exchange.ts'
import type { AllowanceBook, Beyond } from './enforce/allowances.ts'
import {
  isSealed,
  type ReasoningSeals,
  type SealOwner,
  type SealState,
  vendorSignature,
} from './enforce/reasoning-seals.ts'
import { type CompletionEntry, exchangeEntry, type RefusalEntry } from './entry.ts'
import { type ExchangeAct, isKept } from './exchange-act.ts'
import type { ExchangeDecision, Pin } from './exchange-decision.ts'
import { Globs } from './globs.ts'
import { networkOf, TrustedProxies } from './identify/client-address.ts'
import { type Credentials, identify } from './identify/identify.ts'
import type { KeyRing } from './identify/key-ring.ts'
import type { Tokens } from './identify/tokens.ts'
import type { ReasoningBindings } from './inspect/distillation/reasoning-bindings.ts'
import { tokensIn } from './inspect/secret/tokens.ts'
import type { Recorder, Ticket } from './record/recorder.ts'
import type { StandingBook } from './standing-book.ts'

/** What the slow loop gets to see of an exchange: everything, text included, and never for keeping. */
export type SeenExchange = {
  readonly caller: Caller
  readonly act: ExchangeAct
  readonly completion: CompletionEntry
}

/** The slow loop's end at the gate. Called on the way of every exchange, so it never blocks. */
export type ExchangeWatch = {
  readonly sketch: (system: string | undefined, prompt: string | undefined) => string | undefined
  readonly begin: (act: ExchangeAct) => void
  readonly see: (seen: SeenExchange) => void
}

export type ExchangeGateParts = {
  readonly keys: KeyRing
  readonly tokens?: Tokens
  readonly standings: StandingBook
  readonly recorder: Recorder
  readonly reasoning: ReasoningBindings
  readonly seals: ReasoningSeals
  /** The sentence that stands for a campaign. */
  readonly canary: (campaign: string) => string
  readonly routes: {
    readonly serves: (protocol: ExchangeAct['protocol'], model: string, pin: Pin) => boolean
  }
  readonly watch: ExchangeWatch
  readonly allowances: AllowanceBook
  /** Keeps the texts of exchanges, where the operator wants them kept. */
  readonly keep?: ((caller: Caller, act: ExchangeAct) => void) | undefined
  readonly now: () => number
}

export type Judgement = {
  /** What is done. */
  readonly decision: ExchangeDecision
  readonly ticket: Ticket
}

/** The road of a model exchange: identify → inspect → decide → record; the door enforces what comes back. */
export class ExchangeGate {
  readonly #parts: ExchangeGateParts
  #trust: Trust
  #proxies: TrustedProxies
  #isEnforcing: boolean
  #reasoning: ReasoningConfig
  #verifyAt: string | undefined
  #localOnly: readonly LocalOnly[]
  readonly #globs = new Map<string, Globs>()

  constructor(config: Config, parts: ExchangeGateParts) {
    this.#parts = parts
    this.#trust = config.trust
    this.#proxies = new TrustedProxies(config.trust.proxies, config.trust.hops)
    this.#isEnforcing = config.mode === 'enforce'
    this.#reasoning = config.reasoning
    this.#verifyAt = config.verification.url
    this.#localOnly = localOnlyRules(config)
  }

  /** Takes a new, checked configuration. Counters and standings go on. */
  use(config: Config): void {
    this.#parts.allowances.use(config.rates)
    this.#parts.tokens?.use(config.identity)
    this.#trust = config.trust
    this.#proxies = new TrustedProxies(config.trust.proxies, config.trust.hops)
    this.#isEnforcing = config.mode === 'enforce'
    this.#reasoning = config.reasoning
    this.#verifyAt = config.verification.url
    this.#localOnly = localOnlyRules(config)
  }

  get recorder(): Recorder {
    return this.#parts.recorder
  }

  mayUse(caller: Caller, model: string): boolean {
    return this.#modelsOf(caller).match(model)
  }

  addressOf(socketAddress: string | undefined, forwardedFor: string | undefined): string {
    return this.#proxies.clientAddress(socketAddress, forwardedFor)
  }

  isProxy(address: string): boolean {
    return this.#proxies.isTrusted(address)
  }

  /** Whether a request's texts have to be looked through for secrets. */
  get looksForSecrets(): boolean {
    return this.#localOnly.some(({ secrets }) => secrets)
  }

  /** A text too long to be looked through may hold one. */
  holdsSecret(text: string): boolean {
    return text.length > SECRET_CHARACTERS_MAX || tokensIn(text).length > 0
  }

  /** Something to wait for before `identify`: a signed token that was not checked yet. */
  prepare({ key }: Credentials): Promise<void> | undefined {
    const { tokens, now } = this.#parts
    if (key === undefined || tokens?.isToken(key) !== true || tokens.find(key, now()) !== undefined)
      return undefined
    return tokens.check(key, now())
  }

  identify(credentials: Credentials): Result<Caller, IdentityFailure> {
    const { keys, tokens, standings, allowances, now } = this.#parts
    const address = this.addressOf(
      credentials.socketAddress,
      credentials.headers['x-forwarded-for']?.toString(),
    )
    const caller = identify(credentials, {
      keys,
      tokens,
      standings,
      now,
      proxies: this.#proxies,
      trust: this.#trust,
    })
    // Good keys pass behind an address that others try keys from, unless a guess could be one of them: whoever tries must
    // not hear which it was.
    if (caller.ok && !keys.isGuessable(caller.value.key)) return caller
    const network = networkOf(address)
    if (!allowances.mayTryKey(network, now())) return { ok: false, error: 'too-many-refusals' }
    // An issuer that cannot be asked is no fault of the token's.
    if (!caller.ok && caller.error !== 'token-unchecked') allowances.countRefusal(network, now())
    return caller
  }

  /** Decides and records. The ticket must be safe before anything of the decision is seen outside. */
  judge(caller: Caller, act: ExchangeAct): Judgement | Promise<Judgement> {
    this.#parts.watch.begin(act)
    this.#parts.keep?.(caller, act)
    const beyond = this.#parts.allowances.takeRequest(caller, this.#parts.now())
    if (beyond instanceof Promise) return beyond.then((late) => this.#judged(caller, act, late))
    return this.#judged(caller, act, beyond)
  }

  #judged(caller: Caller, act: ExchangeAct, beyond: Beyond | undefined): Judgement | Promise<Judgement> {
    const decided = this.#decide(caller, act, beyond)
    // Local-only is a promise about data, not a measure against anybody: observing does not loosen it.
    const isEnforced =
      this.#isEnforcing ||
      decided.action === 'allow' ||
      (decided.action === 'deny' && !isMeasure(decided.rule))
    const pin: Pin = this.#isLocalOnly(caller, act) ? 'local' : 'any'
    const decision: ExchangeDecision = isEnforced ? decided : { action: 'allow', pin }
    const ticket = this.#parts.recorder.intent(exchangeEntry(caller, act, decided, isEnforced))
    if (ticket instanceof Promise) return ticket.then((late) => ({ decision, ticket: late }))
    return { decision, ticket }
  }

  /**
   * Records how it ended; resolves when that is safe. The slow loop sees it whatever the ledger says. `tokens` are what it
   * counts for in budgets, also where nobody reported any.
   */
  finish(
    caller: Caller,
    act: ExchangeAct,
    ticket: Ticket,
    completion: CompletionEntry,
    tokens: number,
  ): Promise<void> {
    this.#parts.allowances.takeTokens(caller, tokens, completion.ts)
    this.#parts.watch.see({ caller, act, completion })
    return this.#parts.recorder.complete(ticket, completion)
  }

  /** What stands for an exchange's texts in the ledger; nothing where there are none. */
  sketchOf(system: string | undefined, prompt: string | undefined): string | undefined {
    if (system === undefined && prompt === undefined) return undefined
    return this.#parts.watch.sketch(system, prompt)
  }

  /**
   * What reasoning a request brings back, or refers to: the digests of the vendor's signatures, whose they are, and the
   * sealed ones as they came.
   */
  readReasoning(
    owner: SealOwner,
    signatures: readonly string[],
    references: readonly string[],
  ): ReasoningRead {
    if (signatures.length === 0 && references.length === 0) return noReasoning
    const given = signatures.filter((signature) => signature !== '')
    const { seals, reasoning } = this.#parts
    // A seal is proof; what came without one, each for itself, is as foreign as memory says.
    const states = given.map((signature): SealState => {
      const state = seals.check(signature, owner)
      const digest = state === 'unsealed' ? reasoning.digest(signature) : undefined
      const isForeign = digest !== undefined && reasoning.originOf(digest, owner.account) === 'foreign'
      return isForeign ? 'foreign' : state
    })
    if (references.some((id) => reasoning.isForeign(id, owner.account))) states.push('foreign')
    const blocks = given
      .map((signature) => reasoning.digest(vendorSignature(signature)))
      .filter((digest) => digest !== undefined)
    const state =
      sealStates.find((worst) => states.includes(worst)) ?? (given.length > 0 ? 'own' : 'unsealed')
    return { blocks, state, sealed: given.filter(isSealed) }
  }

  /**
   * Seals reasoning blocks for their caller; nothing where blocks are not sealed. A block that gets other words is sealed
   * in any case: its vendor must not see them.
   */
  sealFor(owner: SealOwner, decision: ExchangeDecision): ((signature: string) => string) | undefined {
    const { seals } = this.#parts
    if (decision.action === 'throttle' && decision.changes.some(({ kind }) => kind === 'summary'))
      return (signature) => seals.seal(signature, owner, 'summary')
    return this.#reasoning.seal ? (signature) => seals.seal(signature, owner) : undefined
  }

  canary(campaign: string): string {
    return this.#parts.canary(campaign)
  }

  /** An answer to this caller carries a reasoning block, or is kept under an id: from now on it is the account's. */
  bindReasoning({ account }: Caller, signature: string): void {
    const { reasoning } = this.#parts
    const digest = reasoning.digest(signature)
    if (digest !== undefined) reasoning.bind(digest, account)
  }

  /** An answer to this caller is kept under this id of its own. */
  bindResponse({ account }: Caller, id: string): void {
    this.#parts.reasoning.bindResponse(id, account)
  }

  /** Waits until another process of the gate, which may just have made this answer, would have told of it. */
  async hearOf({ account }: Caller, id: string): Promise<void> {
    if (!this.#parts.reasoning.isOwn(id, account)) await sleep(TOLD_MS)
  }

  async refuse(entry: RefusalEntry): Promise<void> {
    await this.#parts.recorder.noted(entry)
  }

  #decide(caller: Caller, act: ExchangeAct, beyond: Beyond | undefined): ExchangeDecision {
    const isLocalOnly = this.#isLocalOnly(caller, act)
    const { routes } = this.#parts
    const allowance: Allowance = beyond === undefined ? within : { kind: 'beyond', ...beyond }
    return decideExchange({
      caller,
      act,
      allowance,
      hasForeignReasoning: act.reasoning === 'foreign',
      hasMovedReasoning: act.reasoning === 'moved' && this.#reasoning.moved === 'refuse',
      isLocalOnly,
      verifyAt: this.#verifyAt,
      isUnknownResponse:
        isKept(act.endpoint) && !this.#parts.reasoning.isOwn(act.response ?? '', caller.account),
      mayUseEndpoint: mayUse(caller.scopes, act.endpoint),
      // The list names none, it shows what the caller may use; nor does a kept answer's id.
      mayUseModel:
        (act.model === '' && (act.endpoint === 'models' || isKept(act.endpoint))) ||
        this.#modelsOf(caller).match(act.model),
      hasUpstream: routes.serves(act.protocol, act.model, isLocalOnly ? 'local' : 'any'),
    })
  }

  #isLocalOnly(caller: Caller, { hasSecret }: ExchangeAct): boolean {
    return this.#localOnly.some(
      ({ accounts, labels, secrets }) =>
        (secrets && hasSecret) ||
        accounts.match(caller.account) ||
        caller.labels.some((label) => labels.has(label)),
    )
  }

  #modelsOf({ key, models }: Caller): Globs {
    if (models.length === 1 && models[0] === '*') return Globs.all
    const name = `${key}\0${models.join('\0')}`
    const known = this.#globs.get(name) ?? new Globs(models)
    if (this.#globs.size > GLOB_SETS_MAX) this.#globs.clear()
    this.#globs.set(name, known)
    return known
  }
}

type ReasoningRead = {
  readonly blocks: readonly string[]
  readonly state: SealState
  readonly sealed: readonly string[]
}

const within: Allowance = { kind: 'within' }
const noReasoning: ReasoningRead = { blocks: [], state: 'unsealed', sealed: [] }
/** Worst first: one foreign block makes the request so. */
const sealStates: readonly SealState[] = ['foreign', 'moved', 'unsealed']

const SECRET_CHARACTERS_MAX = 4 * 1024 * 1024
/** Workers tell one another in milliseconds; whoever tries ids waits so long for each. */
const TOLD_MS = 200
const GLOB_SETS_MAX = 10_000

/** Rules against an account or its rate can be observed first; what a key may do and where data may go cannot. */
function isMeasure(rule: string): boolean {
  return rule.startsWith('standing.') || rule.startsWith('rate.') || rule.startsWith('reasoning.')
}

type LocalOnly = {
  readonly accounts: Globs
  readonly labels: ReadonlySet<string>
  readonly secrets: boolean
}

function localOnlyRules(config: Config): readonly LocalOnly[] {
  return config.data.map(({ accounts, labels, secrets }) => ({
    secrets,
    accounts: new Globs(accounts),
    labels: new Set(labels),
  }))
}

/** Who may send messages may count their tokens, and who may ask for responses may ask for those that are kept. */
function mayUse(scopes: readonly string[] | undefined, endpoint: ExchangeAct['endpoint']): boolean {
  if (scopes === undefined) return true
  return scopes.includes(endpoint === 'count_tokens' ? 'messages' : isKept(endpoint) ? 'responses' : endpoint)
}
