import { Buffer } from 'node:buffer'
import { HeadMemo } from './head-memo.ts'
import { type RequestHead, readRequestHead } from './request-head.ts'

export type KnownHead = { readonly head: RequestHead; readonly memo: HeadMemo }

const DIGITS_MAX = 15
/** After so many other heads in a row a client is not expected to repeat itself. */
const OTHERS_MAX = 8
const ZERO = 0x30
const LENGTH = /\r\ncontent-length:[\t ]*(\d+)/i

/**
 * Reads the heads that come on one connection. Most clients send the same head with every request, but for its length; one
 * that is the same in every other byte is not read again, and what was worked out from it is at hand.
 */
export class HeadReader {
  #last: Buffer | undefined
  #known: KnownHead | undefined
  /** Where the digits of the length stand in it. */
  #lengthAt = 0
  #lengthEnd = 0
  #others = 0

  /** Nothing when the bytes are not the whole head of a plain request. */
  read(bytes: Buffer, bytesMax: number): KnownHead | undefined {
    const again = this.#again(bytes, bytesMax)
    if (again !== undefined) return again
    const head = readRequestHead(bytes, bytesMax)
    if (head === undefined) return undefined
    const known = { head, memo: new HeadMemo() }
    if (this.#others++ < OTHERS_MAX) this.#keep(bytes, known)
    else this.#last = undefined
    return known
  }

  #keep(bytes: Buffer, known: KnownHead): void {
    const { bytes: headBytes } = known.head
    const place = LENGTH.exec(bytes.toString('latin1', 0, headBytes))
    if (place === null) return
    // A copy: the rest of what came is the body, which must not stay.
    this.#last = Buffer.from(bytes.subarray(0, headBytes))
    this.#known = known
    this.#lengthEnd = place.index + place[0].length
    this.#lengthAt = this.#lengthEnd - (place[1] ?? '').length
  }

  #again(bytes: Buffer, bytesMax: number): KnownHead | undefined {
    const last = this.#last
    const known = this.#known
    if (last === undefined || known === undefined) return undefined
    const from = this.#lengthAt
    if (bytes.length < from || bytes.compare(last, 0, from, 0, from) !== 0) return undefined
    let at = from
    let length = 0
    for (; at < bytes.length && at - from <= DIGITS_MAX; at++) {
      const digit = (bytes[at] ?? 0) - ZERO
      if (digit < 0 || digit > 9) break
      length = length * 10 + digit
    }
    const end = at + last.length - this.#lengthEnd
    if (at === from || at - from > DIGITS_MAX || end > bytes.length || end > bytesMax) return undefined
    if (bytes.compare(last, this.#lengthEnd, last.length, at, end) !== 0) return undefined
    this.#others = 0
    const { head, memo } = known
    if (at === this.#lengthEnd && length === head.bodyBytes) return known
    return { head: withLength(head, bytes.toString('latin1', from, at), end), memo }
  }
}

function withLength(head: RequestHead, length: string, bytes: number): RequestHead {
  const rawHeaders = head.rawHeaders.map((text, index) => {
    const isValue = index % 2 === 1 && head.rawHeaders[index - 1]?.toLowerCase() === 'content-length'
    return isValue ? length : text
  })
  const headers = { ...head.headers, 'content-length': length }
  return { ...head, headers, rawHeaders, bodyBytes: Number(length), bytes }
}
