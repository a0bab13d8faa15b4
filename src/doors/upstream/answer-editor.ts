// Changes an answer as it passes. A stream is cut into whole events, each edited as it comes; any other answer is edited
// when it has come as a whole. Nothing here runs for an answer that no decision alters.

/** An edit sees whole events or whole bodies and gives what goes on in their place. */
export type AnswerEdit = {
  /** With its blank line. Nothing in its place: an empty buffer. */
  readonly event: (event: Buffer) => Buffer
  readonly whole: (body: Buffer) => Buffer
}

/** What is held until it is whole; an event or body beyond it cannot be edited, and is not let through unedited. */
const HELD_BYTES_MAX = 64 * 1024 * 1024
const none = Buffer.alloc(0)

export class AnswerTooLarge extends Error {}

export class AnswerEditor {
  readonly #edits: readonly AnswerEdit[]
  readonly #isStream: boolean
  #held: Buffer[] = []
  #heldBytes = 0

  constructor(edits: readonly AnswerEdit[], isStream: boolean) {
    this.#edits = edits
    this.#isStream = isStream
  }

  /** What can go on now: maybe nothing. */
  push(chunk: Buffer): Buffer {
    this.#held.push(chunk)
    this.#heldBytes += chunk.length
    if (this.#heldBytes > HELD_BYTES_MAX) throw new AnswerTooLarge('an answer is too large to be edited')
    // Only a piece with a line's end can complete an event, and pieces are joined only then.
    if (!this.#isStream || !chunk.includes(NEWLINE)) return none
    const bytes = this.#take()
    const events: Buffer[] = []
    let from = 0
    for (let end = eventEnd(bytes, from); end > 0; end = eventEnd(bytes, from)) {
      events.push(this.#edited(bytes.subarray(from, end)))
      from = end
    }
    if (from < bytes.length) {
      this.#held.push(bytes.subarray(from))
      this.#heldBytes = bytes.length - from
    }
    return events.length === 1 ? (events[0] ?? none) : Buffer.concat(events)
  }

  /** What is left at the end: a body as a whole, or an event whose blank line never came. */
  end(): Buffer {
    const bytes = this.#take()
    if (bytes.length === 0) return none
    if (this.#isStream) return this.#edited(bytes)
    return this.#edits.reduce((body, edit) => edit.whole(body), bytes)
  }

  #edited(event: Buffer): Buffer {
    let edited = event
    for (const edit of this.#edits) {
      if (edited.length === 0) return none
      // An edit may have put one event before another.
      edited = Buffer.concat(eventsOf(edited).map((one) => edit.event(one)))
    }
    return edited
  }

  #take(): Buffer {
    const [first] = this.#held
    const bytes = this.#held.length === 1 && first ? first : Buffer.concat(this.#held)
    this.#held = []
    this.#heldBytes = 0
    return bytes
  }
}

const NEWLINE = 0x0a
const RETURN = 0x0d

/** Behind the blank line that ends the event at `from`; 0 while there is none. */
function eventEnd(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(NEWLINE, from); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) {
    if (bytes[at + 1] === NEWLINE) return at + 2
    if (bytes[at + 1] === RETURN && bytes[at + 2] === NEWLINE) return at + 3
  }
  return 0
}

function eventsOf(bytes: Buffer): Buffer[] {
  const events: Buffer[] = []
  let from = 0
  for (let end = eventEnd(bytes, 0); end > 0; end = eventEnd(bytes, from)) {
    events.push(bytes.subarray(from, end))
    from = end
  }
  if (from < bytes.length) events.push(bytes.subarray(from))
  return events
}
