import { type Entry, isObject, lines, type Read, type Step, type Suite, text } from './suite.ts'

export const apiBank: Suite = {
  has: /^api-bank\/lv1-lv2-samples\//,
  files: /^api-bank\/lv1-lv2-samples\/.*\.jsonl$/,
  read: dialogues,
}

/** API-Bank: conversations with an assistant that calls services, with what they answered. */
function dialogues(paths: readonly string[], read: Read): readonly Entry[] {
  return paths.flatMap((path): readonly Entry[] => {
    const steps = lines(read(path)).flatMap((said): readonly Step[] => {
      if (said.role === 'User') return [['user', text(said.text)]]
      if (said.role !== 'API') return []
      const tool = text(said.api_name)
      const answer = isObject(said.result) ? said.result.output : undefined
      return [
        ['call', tool, isObject(said.param_dict) ? said.param_dict : {}],
        ['out', tool, JSON.stringify(answer ?? null)],
      ]
    })
    if (!steps.some(([kind]) => kind === 'call')) return []
    return [{ suite: 'API-Bank', kind: 'benign', key: text(steps[0]?.[1]), steps }]
  })
}
