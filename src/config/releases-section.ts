import * as v from 'valibot'

const when = v.pipe(
  v.string(),
  v.regex(/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?Z)?$/, 'a date such as 2026-05-14, or 2026-05-14T16:00Z'),
  v.check((text) => !Number.isNaN(Date.parse(text)), 'a day that there is'),
  v.transform((text) => Date.parse(text)),
)

/** When models came out: campaigns tend to move to a new one within hours, and the timeline shows it. */
export const releasesSchema = v.optional(
  v.pipe(
    v.array(v.strictObject({ model: v.pipe(v.string(), v.minLength(1), v.maxLength(128)), at: when })),
    v.maxLength(200),
  ),
  [],
)

/** `at` is Unix ms. */
export type ModelRelease = v.InferOutput<typeof releasesSchema>[number]
