import * as v from 'valibot'
import { PAGE_DEFAULT, PAGE_MAX } from '../read/pages.ts'

// Parts of a query: all text on the wire, read into what they mean.

const TEXT_MAX = 512

export const text = v.optional(v.pipe(v.string(), v.maxLength(TEXT_MAX)))
export const whole = v.pipe(v.string(), v.regex(/^\d{1,15}$/, 'a whole number'), v.transform(Number))
export const moment = v.optional(whole)

/** What every list takes. */
export const page = {
  limit: v.optional(v.pipe(whole, v.minValue(1), v.maxValue(PAGE_MAX)), String(PAGE_DEFAULT)),
  cursor: v.optional(
    v.pipe(v.string(), v.maxLength(TEXT_MAX), v.regex(/^[0-9:.]+$/, 'a cursor of this list')),
  ),
  /** With either, the whole list comes as a file. */
  format: v.optional(v.picklist(['csv', 'json'])),
}
