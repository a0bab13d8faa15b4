import { type Entry, isObject, objects, parsed, type Read, type Step, type Suite, text } from './suite.ts'

export const privacyLensSuite: Suite = {
  has: /^data\/main_data\.json$/,
  files: /^data\/main_data\.json$/,
  read: privacyLens,
}

/** PrivacyLens: what an agent reads before it writes to somebody. */
function privacyLens(paths: readonly string[], read: Read): readonly Entry[] {
  return paths.flatMap((path) =>
    objects(parsed(read(path))).flatMap(({ trajectory }): readonly Entry[] => {
      if (!isObject(trajectory)) return []
      const asked = text(trajectory.user_instruction)
      const steps = text(trajectory.executable_trajectory)
        .split(/^Action: /m)
        .flatMap((part): readonly Step[] => {
          const match = /^(\w+)\s*\nAction Input: *([\s\S]*?)\nObservation: *([\s\S]*)$/.exec(part)
          const args = parsed(match?.[2] ?? '')
          if (!match || !isObject(args)) return []
          return [
            ['call', match[1] ?? '', args],
            ['out', match[1] ?? '', match[3] ?? ''],
          ]
        })
      if (steps.length === 0) return []
      return [{ suite: 'PrivacyLens', kind: 'benign', key: asked, steps: [['user', asked], ...steps] }]
    }),
  )
}
