import { drained, type Steps } from '../../../kernel/steps.ts'
import { PatternIndex, spellingsOf, squash, squashedSpellingsOf } from '../../secret-spellings.ts'
import { skeletonOf } from '../offer/names.ts'
import { Drip, type DripState } from './drip.ts'
import { Moved } from './moved.ts'
import { Pieces, type SeenPieces } from './pieces.ts'
import { rareSpellingsOf, rareSquashedSpellingsOf } from './rare-spellings.ts'
import { newRoom, type Room, unwrapped } from './unwrap.ts'

/** A value that must never leave, whatever it is dressed in. */
export type KnownSecret = {
  readonly name: string
  readonly value: string
  /** The broker's: agents never had it. */
  readonly isCredential?: boolean
}

export type Sighting = {
  readonly name: string
  readonly how: 'plain' | 'encoded' | 'split'
  readonly isCredential: boolean
}

/** Shorter values are in ordinary text by chance. */
const SECRET_CHARACTERS_MIN = 8
const SECRETS_MAX = 1_000
/** Of spellings that nearly nobody uses, only those that no text holds by chance. */
const RARE_CHARACTERS_MIN = 12
/** Of a text that is looked through for what nearly nobody does. */
const RARE_TEXT_CHARACTERS_MAX = 65_536

/** Longer layers take more than one step. */
const STEP_CHARACTERS = 65_536

type Seen = Pick<Sighting, 'name' | 'how'>

/** Values that must never leave, with every spelling worked out once. */
export class KnownSecrets {
  readonly #plain: PatternIndex<Seen>
  readonly #squashed: PatternIndex<Seen>
  readonly #pieces: Pieces
  readonly #drip: Drip
  readonly #moved: Moved
  readonly #alike: PatternIndex<Seen>
  readonly #credentials: ReadonlySet<string>

  constructor(secrets: readonly KnownSecret[]) {
    this.#credentials = new Set(secrets.filter(({ isCredential }) => isCredential).map(({ name }) => name))
    const watched = secrets
      .filter((secret) => secret.value.length >= SECRET_CHARACTERS_MIN)
      .slice(0, SECRETS_MAX)
    this.#plain = new PatternIndex(
      watched.flatMap(({ name, value }) =>
        [...spellingsOf(value), ...longEnough(rareSpellingsOf(value))].map(
          (text) => [text, { name, how: text === value ? 'plain' : 'encoded' }] as const,
        ),
      ),
    )
    this.#squashed = new PatternIndex(
      watched.flatMap(({ name, value }) =>
        [...squashedSpellingsOf(value), ...longEnough(rareSquashedSpellingsOf(value).map(squash))].map(
          (text) => [text, { name, how: 'split' }] as const,
        ),
      ),
    )
    this.#pieces = new Pieces(watched)
    this.#drip = new Drip(watched)
    this.#moved = new Moved(watched)
    this.#alike = new PatternIndex(
      watched.flatMap(({ name, value }) =>
        longEnough([skeletonOf(value)]).map((text) => [text, { name, how: 'encoded' }] as const),
      ),
    )
  }

  get isEmpty(): boolean {
    return this.#plain.isEmpty
  }

  newTrail(): Trail {
    return new Trail(this)
  }

  /** Looks through one text: as it is, unwrapped, squashed, and together with what left before. */
  *look(text: string, seen: SeenPieces, drip: DripState, room: Room): Steps<readonly Sighting[]> {
    if (this.isEmpty || text.length === 0) return []
    const sightings = new Map<string, Sighting>()
    const see = (sighting: Seen, isInside: boolean) => {
      const how = isInside && sighting.how === 'plain' ? 'encoded' : sighting.how
      if (!sightings.has(sighting.name))
        sightings.set(sighting.name, {
          name: sighting.name,
          how,
          isCredential: this.#credentials.has(sighting.name),
        })
    }
    for (const name of this.#drip.note(text, drip)) see({ name, how: 'split' }, false)
    const layers = [text, ...(yield* unwrapped(text, room))]
    for (const [depth, layer] of layers.entries()) {
      const isLong = layer.length > STEP_CHARACTERS
      for (const { owner } of this.#plain.matches(layer)) see(owner, depth > 0)
      if (isLong) yield
      for (const { owner } of this.#squashed.matches(squash(layer))) see(owner, depth > 0)
      if (isLong) yield
      for (const name of this.#pieces.note(layer, seen)) see({ name, how: 'split' }, depth > 0)
    }
    for (const seen of this.#rarely(text)) see(seen, true)
    return [...sightings.values()]
  }

  /** In a text as it is: each byte changed alike, letters of other alphabets, broken into lines where it is never. */
  *#rarely(text: string): Generator<Seen> {
    const short = text.slice(0, RARE_TEXT_CHARACTERS_MAX)
    for (const name of this.#moved.in(short)) yield { name, how: 'encoded' }
    if (/[^\x00-\x7f]/.test(short))
      for (const { owner } of this.#alike.matches(skeletonOf(short))) yield owner
    if (short.includes('\n'))
      for (const { owner } of this.#plain.matches(short.replace(/\s+/g, ''))) yield owner
  }
}

function longEnough(spellings: readonly string[]): readonly string[] {
  return [...new Set(spellings)].filter((spelling) => spelling.length >= RARE_CHARACTERS_MIN)
}

/** What one session has let out so far, so that a secret cannot leave piece by piece. */
export class Trail {
  readonly #known: KnownSecrets
  readonly #seen: SeenPieces = new Map()
  readonly #drip: DripState = new Map()

  constructor(known: KnownSecrets) {
    this.#known = known
  }

  look(...parts: readonly string[]): readonly Sighting[] {
    return this.#known.isEmpty ? [] : drained(this.lookInSteps(parts))
  }

  /** One act's text, in parts where it is long; what is unwrapped of it all together is limited. */
  *lookInSteps(parts: readonly string[]): Steps<readonly Sighting[]> {
    const room = newRoom()
    const found = new Map<string, Sighting>()
    for (const part of parts) {
      for (const sighting of yield* this.#known.look(part, this.#seen, this.#drip, room))
        if (!found.has(sighting.name)) found.set(sighting.name, sighting)
      if (parts.length > 1) yield
    }
    return [...found.values()]
  }
}
