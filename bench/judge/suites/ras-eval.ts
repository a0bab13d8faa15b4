import {
  answered,
  type Entry,
  isObject,
  lines,
  objects,
  type Read,
  type Step,
  type Suite,
  text,
} from './suite.ts'

export const rasEval: Suite = {
  has: /^data\/logs\/qwen-max\.jsonl$/,
  files: /^data\/logs\/(qwen-max|qwen-plus|qwq-32b|glm-4-flash)\.jsonl$/,
  read: toolLogs,
}

/** RAS-Eval: what four models did about tasks with nothing injected. */
function toolLogs(paths: readonly string[], read: Read): readonly Entry[] {
  return paths.flatMap((path) =>
    lines(read(path)).flatMap(({ response }): readonly Entry[] => {
      const waiting: string[] = []
      const steps = objects(response).flatMap((said): readonly Step[] => {
        if (said.type === 'HumanMessage') return [['user', text(said.content)]]
        if (said.type === 'ToolMessage') return answered(waiting, said.content)
        return objects(said.tool_calls).map((call): Step => {
          waiting.push(text(call.name))
          return ['call', text(call.name), isObject(call.args) ? call.args : {}]
        })
      })
      if (!steps.some(([kind]) => kind === 'call')) return []
      return [{ suite: 'RAS-Eval', kind: 'benign', key: text(steps[0]?.[1]), steps }]
    }),
  )
}
