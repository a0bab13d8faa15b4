import { setTimeout as sleep } from 'node:timers/promises'
import type { Outcome } from '../../gate/entry.ts'
import { isKept } from '../../gate/exchange-act.ts'
import { ledgerFull } from '../exchange-failures.ts'
import type { Usage } from '../model-door.ts'
import { AnswerEditor } from './answer-editor.ts'
import { responseHeaders, withoutLength } from './headers.ts'
import type { AnswerHandler } from './http-connection.ts'
import type { AnswerControl } from './http-pool.ts'
import type { RelayRequest, RelayResult } from './relay-request.ts'
import { attemptsAt } from './routes.ts'
import { SignatureScanner } from './signatures.ts'
import { Tap } from './tap.ts'
import type { Upstream } from './upstream.ts'

const RETRY_STATUSES: ReadonlySet<number> = new Set([502, 503, 504, 529])
/** A client that follows takes its key and its prompt to wherever the upstream says, past every rule of the gate. */
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
const brokeOff = { status: 502, rule: 'upstream.died', reason: 'the upstream broke off' } as const
const unpassable = {
  encoded: 'the upstream sent an answer that cannot be read',
  unreachable: 'the upstream cannot be reached',
  redirect: 'the upstream sends its clients elsewhere',
} as const
const RETRY_BACKOFF_MS = 50
/** Events after the last one are held with it; more than this is no ending and is let go. */
const HELD_BYTES_MAX = 64 * 1024
const noUsage: Usage = { inputTokens: undefined, outputTokens: undefined }
const newline = 0x0a

/** Sends one request to the first upstream that answers and passes the answer through as it comes. */
export class Relay {
  readonly #with: RelayRequest
  readonly #plan: readonly Upstream[]
  readonly #started: number
  readonly #tap = new Tap()
  readonly #signatures: readonly SignatureScanner[]
  #attempt = 0
  #control: AnswerControl | undefined
  #sendHead: (() => void) | undefined
  #status = 0
  #firstMs: number | undefined
  #editor: AnswerEditor | undefined
  /** The edit that is waited for. */
  #edit: Promise<Buffer> | undefined
  /** The upstream has ended its answer; an edit of it may still be waited for. */
  #ended = false
  #isEventStream = false
  #isEncoded = false
  #contentLength: number | undefined
  #isHeadSent = false
  #isSettled = false
  #isFinished = false
  /** The upstream has said all. */
  #isComplete = false
  #finishing: Promise<void> = Promise.resolve()
  #lastByte = newline
  /** Pieces that wait: for the decision to be on record, or for the end to be. */
  #held: Buffer[] = []
  #heldBytes = 0
  #isHolding = false
  /** An upstream that may keep what is asked for could not be asked. */
  #isInDoubt = false
  #stall: NodeJS.Timeout | undefined

  private constructor(request: RelayRequest) {
    this.#with = request
    this.#started = request.now()
    const { candidates, door, onSignature } = request
    this.#signatures = onSignature ? door.boundKeys.map((key) => new SignatureScanner(key, onSignature)) : []
    this.#plan = isKept(request.endpoint) && candidates.length > 1 ? candidates : attemptsAt(candidates)
  }

  static start(request: RelayRequest): void {
    const relay = new Relay(request)
    request.response.once('close', () => relay.#clientClosed())
    relay.#try()
  }

  #try(): void {
    const { method, path, headers, body, door, now } = this.#with
    const upstream = this.#plan[this.#attempt++]
    if (upstream === undefined) return
    upstream.breaker.begin(now())
    const own = upstream.key === undefined ? headers : headers.with(...door.putKey(upstream.key))
    this.#control = upstream.send({ method, path, headers: own, body }, this.#handler(upstream))
  }

  #handler(upstream: Upstream): AnswerHandler {
    return {
      onHead: (status, headers) => this.#onHead(upstream, status, headers),
      onData: (chunk) => this.#onChunk(chunk),
      onEnd: () => this.#onEnd(upstream),
      onError: (error) => this.#onError(upstream, error),
    }
  }

  #onHead(upstream: Upstream, status: number, headers: readonly string[]): void {
    const { now } = this.#with
    const next = this.#plan[this.#attempt]
    if (next !== undefined && next !== upstream) {
      if (RETRY_STATUSES.has(status)) return void this.#control?.abort(new RetryElsewhere())
      // Nothing tells which upstream keeps an answer but that one.
      if (status === 404 && isKept(this.#with.endpoint)) return void this.#control?.abort(new NotHere())
    }
    if (RETRY_STATUSES.has(status)) upstream.breaker.fail(now())
    else upstream.breaker.succeed()
    if (status === 404 && this.#isInDoubt) return void this.#unpassable('unreachable')
    if (REDIRECTS.has(status)) return void this.#unpassable('redirect')
    this.#firstMs = now() - this.#started
    this.#status = status
    const recorded = this.#with.whenRecorded()
    const head = responseHeaders(headers)
    this.#isEventStream = head.isEventStream
    this.#isEncoded = head.isEncoded
    this.#contentLength = head.contentLength
    const { edits } = this.#with
    if (edits.length > 0 && status < 300) {
      // It was asked for plain bytes. What cannot be read cannot be altered, and is not let through as it is.
      if (head.isEncoded) return void this.#unpassable('encoded')
      this.#editor = new AnswerEditor(edits, head.isEventStream)
      withoutLength(head.flat)
    }
    const send = (): void => {
      const { response, notes } = this.#with
      if (response.destroyed || response.headersSent) return
      if (head.hasDate) response.sendDate = false
      head.flat.push(...notes)
      response.writeHead(status, head.flat)
      // The first event may take the model a while; its reader wants to know now that it was accepted.
      if (head.isEventStream && !this.#isComplete) response.flushHeaders()
      this.#isHeadSent = true
    }
    if (recorded === undefined) send()
    else this.#sendLater(recorded, send)
  }

  /** The head goes out once the decision is on record, or with the end of the answer if that is on record first. */
  #sendLater(recorded: Promise<void>, send: () => void): void {
    this.#sendHead = send
    recorded.then(
      () => {
        if (this.#isHeadSent || this.#isComplete) return
        send()
        for (const chunk of this.#takeHeld()) this.#pass(chunk)
        if (!this.#with.response.writableNeedDrain) this.#control?.resume()
      },
      () => this.#unrecorded(),
    )
  }

  #onChunk(chunk: Buffer): void {
    this.#tap.push(chunk)
    if (!this.#isEncoded) for (const scanner of this.#signatures) scanner.push(chunk)
    this.#passEdited(this.#editor ? this.#editor.push(chunk) : chunk)
    if (this.#editor?.waiting) this.#waitForEdit(this.#editor.waiting)
  }

  /** What goes on of an answer stands behind what is still to be put into it, so the upstream waits as well. */
  #waitForEdit(edit: Promise<Buffer>): void {
    if (this.#edit === edit) return
    this.#edit = edit
    this.#control?.pause()
    void edit.then((bytes) => this.#resumeEdited(bytes)).catch(() => this.#with.response.destroy())
  }

  #resumeEdited(bytes: Buffer): void {
    const { response } = this.#with
    if (response.destroyed || response.writableEnded) return
    if (this.#ended && !this.#isEventStream) this.#hold(bytes)
    else this.#passEdited(bytes)
    if (this.#editor?.waiting) this.#waitForEdit(this.#editor.waiting)
    else if (this.#ended) this.#complete(this.#editor?.end())
    else if (!response.writableNeedDrain) this.#control?.resume()
  }

  #passEdited(passed: Buffer): void {
    if (passed.length === 0) return
    this.#lastByte = passed[passed.length - 1] ?? newline
    if (this.#isHeadSent) this.#pass(passed)
    else {
      this.#hold(passed)
      if (!this.#isAll()) this.#control?.pause()
    }
  }

  #pass(chunk: Buffer): void {
    if (this.#isFinished || (!this.#isHolding && !this.#isLast(chunk))) {
      this.#write(chunk)
      return
    }
    this.#isHolding = true
    this.#hold(chunk)
    if (!this.#isEventStream) return
    // Whatever follows the last event waits with it, but not without limit.
    if (this.#heldBytes > HELD_BYTES_MAX) this.#control?.pause()
    void this.#finish('answered')
  }

  /** The end of an answer is what makes it complete: it is let go once the completion is on record. */
  #isLast(chunk: Buffer): boolean {
    if (this.#isEventStream)
      return !this.#isEncoded && this.#with.door.isLastEvent(this.#with.endpoint, chunk)
    return this.#editor === undefined && this.#isAll()
  }

  /** Whether nothing more is to come, as the upstream said at the beginning. */
  #isAll(): boolean {
    return this.#contentLength !== undefined && this.#tap.bytes >= this.#contentLength
  }

  #hold(chunk: Buffer): void {
    this.#held.push(chunk)
    this.#heldBytes += chunk.length
  }

  #takeHeld(): readonly Buffer[] {
    const held = this.#held
    this.#held = []
    this.#heldBytes = 0
    return held
  }

  #write(chunk: Buffer): void {
    if (this.#with.response.write(chunk)) return
    this.#control?.pause()
    this.#with.response.once('drain', () => this.#drained())
    // A client that stops reading holds an upstream connection; it gets as long as a silent upstream does.
    const idleMs = this.#plan[0]?.idleMs ?? 0
    this.#stall ??= setTimeout(() => this.#with.response.destroy(), idleMs)
  }

  #drained(): void {
    clearTimeout(this.#stall)
    this.#stall = undefined
    this.#control?.resume()
  }

  #onEnd(upstream: Upstream): void {
    upstream.breaker.letGo()
    this.#ended = true
    if (this.#editor?.waiting) return
    const rest = this.#editor?.end()
    if (this.#editor?.waiting) this.#waitForEdit(this.#editor.waiting)
    else this.#complete(rest)
  }

  #complete(rest: Buffer | undefined): void {
    if (rest !== undefined && rest.length > 0) {
      if (this.#isFinished) this.#with.response.write(rest)
      else this.#hold(rest)
    }
    this.#isComplete = true
    if (this.#isFinished) this.#end()
    else void this.#finish('answered')
  }

  /** Puts the completion on record, then lets the held pieces go. */
  #finish(outcome: Outcome): Promise<void> {
    if (this.#isSettled) return this.#finishing
    this.#isSettled = true
    this.#finishing = this.#with.whenFinished(this.#result(outcome)).then(
      () => this.#recorded(outcome),
      () => {
        if (outcome === 'answered' && !this.#isHeadSent) this.#with.refuse(ledgerFull)
        else this.#with.response.destroy()
      },
    )
    return this.#finishing
  }

  /** The end is on record. A head that was not sent yet still asks for the decision, which usually is with it. */
  #recorded(outcome: Outcome): Promise<void> | undefined {
    const decision = this.#isHeadSent || outcome !== 'answered' ? undefined : this.#with.whenRecorded()
    if (decision !== undefined)
      return decision.then(
        () => this.#letGo(outcome),
        () => this.#with.refuse(ledgerFull),
      )
    this.#letGo(outcome)
    return undefined
  }

  #letGo(outcome: Outcome): void {
    this.#isFinished = true
    if (outcome === 'answered' && !this.#isHeadSent) this.#sendHead?.()
    if (outcome === 'answered' && this.#isHeadSent) this.#flush()
    if (this.#isComplete) this.#end()
  }

  #flush(): void {
    const { response } = this.#with
    const held = this.#takeHeld()
    // The usual answer of one piece leaves in one write, with its end.
    if (this.#isComplete && held.length === 1) response.end(held[0])
    else for (const chunk of held) response.write(chunk)
    if (!response.writableNeedDrain) this.#control?.resume()
  }

  #end(): void {
    clearTimeout(this.#stall)
    const { response } = this.#with
    if (this.#isHeadSent && !response.writableEnded && !response.destroyed) response.end()
  }

  #onError(upstream: Upstream, error: Error): void {
    const { now, refuse } = this.#with
    if (this.#isSettled) {
      upstream.breaker.letGo()
      this.#end()
      return
    }
    if (error instanceof GivenUp) return
    if (error instanceof NotHere) upstream.breaker.succeed()
    else {
      upstream.breaker.fail(now())
      this.#isInDoubt = isKept(this.#with.endpoint)
    }
    if (this.#status === 0 && this.#attempt < this.#plan.length) return void this.#tryAgain(upstream)
    if (this.#isHeadSent || this.#status !== 0) return void this.#diedMidway()
    const isTimeout = 'code' in error && /TIMEOUT/.test(String(error.code))
    void this.#finish('upstream-failed').then(() =>
      refuse({
        status: isTimeout ? 504 : 502,
        rule: isTimeout ? 'upstream.timeout' : 'upstream.unreachable',
        reason: isTimeout ? 'the upstream did not answer in time' : 'the upstream cannot be reached',
      }),
    )
  }

  async #tryAgain(last: Upstream): Promise<void> {
    // Another upstream is tried at once; the same one after a pause that grows.
    if (this.#plan[this.#attempt] === last)
      await sleep(RETRY_BACKOFF_MS * 2 ** (this.#attempt - 1) * (0.5 + Math.random()))
    if (!this.#isSettled) this.#try()
  }

  /** A stream says how it ended in the protocol's own words; any other answer is cut, so that it is not taken for whole. */
  async #diedMidway(): Promise<void> {
    const { response, door, id } = this.#with
    await this.#finish('upstream-died')
    if (!this.#isHeadSent && !response.headersSent) return this.#with.refuse(brokeOff)
    if (!this.#isEventStream || !this.#isHeadSent) {
      response.destroy()
      return
    }
    const refusal = { ...brokeOff, id }
    for (const chunk of this.#takeHeld()) response.write(chunk)
    response.end(`${this.#lastByte === newline ? '' : '\n\n'}${door.refusalEvent(refusal)}`)
  }

  #unrecorded(): void {
    this.#control?.abort(new GivenUp())
    if (this.#isSettled) return
    void this.#finish('gate-stopped').finally(() => this.#with.refuse(ledgerFull))
  }

  #unpassable(what: keyof typeof unpassable): void {
    this.#control?.abort(new GivenUp())
    if (this.#isSettled) return
    void this.#finish('upstream-failed').finally(() =>
      this.#with.refuse({ status: 502, rule: `upstream.${what}`, reason: unpassable[what] }),
    )
  }

  #clientClosed(): void {
    clearTimeout(this.#stall)
    if (this.#isSettled) return
    void this.#finish('client-gone')
    this.#control?.abort(new Error('the client has gone'))
  }

  #result(outcome: Outcome): RelayResult {
    const isReadable = !this.#isEncoded && this.#tap.bytes > 0
    const upstream = this.#plan[this.#attempt - 1]
    return {
      outcome,
      status: this.#status,
      upstream: upstream?.name,
      server: upstream?.url,
      answer: isReadable ? this.#tap : undefined,
      attempts: this.#attempt,
      firstMs: this.#firstMs,
      bytes: this.#tap.bytes,
      usage: isReadable ? this.#with.door.readUsage(this.#tap.head(), this.#tap.tail()) : noUsage,
    }
  }
}

class RetryElsewhere extends Error {}
class NotHere extends Error {}
/** The answer is given up by the gate itself, and what is said instead is said elsewhere. */
class GivenUp extends Error {}
