import {
  type Entry,
  isObject,
  list,
  objects,
  parsed,
  type Read,
  type Step,
  type Suite,
  text,
} from './suite.ts'

export const toolAlpacaSuite: Suite = {
  has: /^data\/eval_simulated\.json$/,
  files: /^data\/eval_(simulated|real)\.json$/,
  read: toolAlpaca,
}

/** ToolAlpaca: instructions to made-up services with the calls that answer them; no results. */
function toolAlpaca(paths: readonly string[], read: Read): readonly Entry[] {
  return paths.flatMap((path) =>
    objects(parsed(read(path))).flatMap((service) => {
      const answers = list(service.Golden_Answers)
      return list(service.Instructions).map((asked, index): Entry => {
        const calls = objects(answers[index]).map(({ Action, Action_Input }): Step => {
          const args = parsed(text(Action_Input))
          return ['call', text(Action), isObject(args) ? args : {}]
        })
        return {
          suite: 'ToolAlpaca, calls alone',
          kind: 'benign',
          key: text(service.Name),
          steps: [['user', text(asked)], ...calls],
        }
      })
    }),
  )
}
