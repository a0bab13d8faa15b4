import {
  answered,
  type Entry,
  isObject,
  objects,
  parsed,
  type Read,
  type Step,
  type Suite,
  spoken,
  text,
} from './suite.ts'

export const poisonedPagesSuite: Suite = {
  has: /^runs\/.*\/poison_top1\/seed_1\.json$/,
  files: /^runs\/.*\/poison_top1\/seed_1\.json$/,
  read: poisonedPages,
}

/** Runs over twelve services in which one page found by searching is false, and the agent was not led by it. */
function poisonedPages(paths: readonly string[], read: Read): readonly Entry[] {
  return paths.flatMap((path): readonly Entry[] => {
    const run = parsed(read(path))
    if (!isObject(run) || !isObject(run.evaluation) || run.evaluation.security !== true) return []
    const waiting: string[] = []
    const steps = objects(run.messages).flatMap((said): readonly Step[] => {
      if (said.role === 'user') return [['user', spoken(said.content)]]
      if (said.role === 'tool') return answered(waiting, spoken(said.content))
      return objects(said.tool_calls).map((call): Step => {
        waiting.push(text(call.function))
        return ['call', text(call.function), isObject(call.args) ? call.args : {}]
      })
    })
    if (!steps.some(([kind]) => kind === 'call')) return []
    const key = `${text(run.domain)}${text(run.task_id)}`
    return [{ suite: 'poisoned pages', kind: 'benign', key, steps }]
  })
}
