import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { LiveEvent } from '../api/shapes/overview.ts'

/** Events kept for those who come back with Last-Event-ID. */
const KEPT_MAX = 2_000
/** People who look on at once. */
const STREAMS_MAX = 200
const HEARTBEAT_MS = 15_000
/** A browser asks again after this. */
const RETRY_MS = 2_000
/** Unsent bytes after which a stream is dropped: it comes back and is told what it missed. */
const BEHIND_BYTES_MAX = 1024 * 1024

type Kept = { readonly number: number; readonly text: string }

/** Server-sent events to every open console. Ids name this start of the gate, so that a restart shows. */
export class Hub implements Disposable {
  readonly #boot = randomBytes(6).toString('hex')
  readonly #streams = new Set<ServerResponse>()
  readonly #kept: Kept[] = []
  #number = 0
  readonly #heart: NodeJS.Timeout

  constructor() {
    this.#heart = setInterval(() => this.#write('event: ping\ndata: {}\n\n'), HEARTBEAT_MS)
    this.#heart.unref()
  }

  get streams(): number {
    return this.#streams.size
  }

  tell(event: LiveEvent): void {
    const number = ++this.#number
    const text = eventText(`${this.#boot}-${number}`, event)
    this.#kept.push({ number, text })
    if (this.#kept.length > KEPT_MAX) this.#kept.shift()
    this.#write(text)
  }

  /** False when too many look on already. */
  open(response: ServerResponse, lastEventId: string | undefined, hello: LiveEvent): boolean {
    if (this.#streams.size >= STREAMS_MAX) return false
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    response.write(`retry: ${RETRY_MS}\n\n${eventText(`${this.#boot}-${this.#number}`, hello)}`)
    for (const text of this.#missedSince(lastEventId)) response.write(text)
    this.#streams.add(response)
    response.once('close', () => this.#streams.delete(response))
    return true
  }

  [Symbol.dispose](): void {
    clearInterval(this.#heart)
    for (const response of this.#streams) response.end()
    this.#streams.clear()
  }

  #missedSince(lastEventId: string | undefined): readonly string[] {
    if (lastEventId === undefined || lastEventId === '') return []
    const [boot, number] = lastEventId.split('-')
    const last = Number(number)
    const oldest = this.#kept[0]?.number ?? this.#number + 1
    if (boot !== this.#boot || !Number.isSafeInteger(last) || last + 1 < oldest)
      return [eventText(`${this.#boot}-${this.#number}`, { kind: 'resync' })]
    return this.#kept.filter((each) => each.number > last).map(({ text }) => text)
  }

  #write(text: string): void {
    for (const response of this.#streams) {
      if (response.writableLength > BEHIND_BYTES_MAX) response.destroy()
      else response.write(text)
    }
  }
}

function eventText(id: string, event: LiveEvent): string {
  return `id: ${id}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`
}
