import * as v from 'valibot'

/** Prompts are kept where a key is given, and only as what that key can read. */
export const promptsSchema = v.strictObject({
  key: v.optional(v.pipe(v.string(), v.minLength(20))),
  days: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(3_650)), 30),
})

export type PromptsConfig = v.InferOutput<typeof promptsSchema>
