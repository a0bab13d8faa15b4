import { type Broker, placeholderOf } from '../../gate/enforce/broker.ts'
import { spellingsOf } from '../../gate/secret-spellings.ts'

/**
 * Takes credentials out of what a command prints, however the bytes are cut. What could be the beginning of one is held
 * back until more comes.
 */
export class OutputCleaner {
  readonly #broker: Broker
  readonly #standIns: ReadonlyMap<string, string>
  readonly #heldBack: number
  #rest = ''

  /** `standIns`: what stands for a credential in the sandbox, by the credential's name. */
  constructor(broker: Broker, standIns: ReadonlyMap<string, string>) {
    this.#broker = broker
    this.#standIns = standIns
    const spellings = broker.secrets.flatMap(({ value }) => spellingsOf(value))
    this.#heldBack = Math.max(0, ...[...spellings, ...standIns.values()].map((text) => text.length - 1))
  }

  push(chunk: Buffer): Buffer {
    // One character for each byte, so that what is not text comes out as it went in.
    const clean = this.#clean(this.#rest + chunk.toString('latin1'))
    const end = Math.max(0, clean.length - this.#heldBack)
    this.#rest = clean.slice(end)
    return Buffer.from(clean.slice(0, end), 'latin1')
  }

  end(): Buffer {
    const rest = Buffer.from(this.#rest, 'latin1')
    this.#rest = ''
    return rest
  }

  #clean(text: string): string {
    let clean = this.#broker.scrub(text)
    for (const [name, standIn] of this.#standIns) clean = clean.replaceAll(standIn, placeholderOf(name))
    return clean
  }
}
