import type { SentHeaders } from '../upstream/sent-headers.ts'

/** What was worked out from the head of a request and is as true of the next one with the same head. */
export class HeadMemo {
  /** Of the key in it. */
  digest: string | undefined
  /** What of it goes on to an upstream. */
  sent: SentHeaders | undefined
  /** What does not, in `sent`. */
  dropped: ReadonlySet<string> | undefined
}
