import type { ExchangeAct } from '../../gate/exchange-act.ts'
import type { ExchangeWatch, SeenExchange } from '../../gate/exchange-gate.ts'
import { TextSketches } from '../../watch/sketches/text-sketch.ts'
import { written } from '../passed-batch.ts'
import { exchangeOf, isWatched, shownOf } from '../watched-exchange.ts'
import type { ToPrimary } from './messages.ts'

/** A worker's end of the watch: prompts are sketched here, and exchanges are shown to the one watch beside the primary. */
export class RemoteWatch implements ExchangeWatch {
  readonly #sketches: TextSketches
  readonly #post: (message: ToPrimary) => void

  constructor(seed: number, post: (message: ToPrimary) => void) {
    this.#sketches = new TextSketches(seed)
    this.#post = post
  }

  sketch(system: string | undefined, prompt: string | undefined): string {
    return this.#sketches.read(system, prompt)
  }

  begin({ id, ts }: ExchangeAct): void {
    this.#post({ kind: 'begun', id, ts })
  }

  see(seen: SeenExchange): void {
    const shown = isWatched(seen) ? written(exchangeOf(seen), shownOf(seen)) : undefined
    this.#post({ kind: 'ended', id: seen.act.id, seen: shown })
  }
}
