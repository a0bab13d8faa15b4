import type { Exchange } from './exchange.ts'
import { encodeRecord, RECORD_WORDS_MAX } from './sketches/record.ts'
import { Sketcher } from './sketches/sketch.ts'
import type { Watch } from './watch.ts'

/** Sketches exchanges in this thread and shows them to a watch, one at a time and in time order. */
export class Observer {
  readonly #watch: Watch
  readonly #sketcher: Sketcher
  readonly #record = new Uint32Array(RECORD_WORDS_MAX)

  readonly #then: ((account: number, record: Uint32Array) => void) | undefined

  /** `then` gets to see what the watch has just been shown. */
  constructor(watch: Watch, then?: (account: number, record: Uint32Array) => void) {
    this.#watch = watch
    this.#then = then
    this.#sketcher = new Sketcher(watch.seed)
  }

  /** `shown` gives the prompt where the exchange does not have it. */
  observe(exchange: Exchange, shown: () => string = () => exchange.prompt ?? ''): void {
    const watch = this.#watch
    const { ua, ja4, plan, model } = exchange
    const account = watch.accounts.indexOf(exchange.account)
    const interned = {
      account,
      client:
        ua === undefined && ja4 === undefined ? 0 : watch.numberOf('client', `${ua ?? ''}\n${ja4 ?? ''}`),
      plan: plan === undefined ? 0 : watch.numberOf('plan', plan),
      model: watch.numberOf('model', model),
    }
    encodeRecord(this.#record, 0, exchange, interned, { start: 0, end: 0 }, this.#sketcher, watch.seed)
    watch.add(account, this.#record, 0, shown)
    this.#then?.(account, this.#record)
  }
}
