import { type Entry, isObject, objects, parsed, type Read, type Step, type Suite, text } from './suite.ts'

export const tauBench: Suite = {
  has: /^historical_trajectories\/gpt-4o-airline\.json$/,
  files: /^historical_trajectories\/gpt-4o-airline\.json$/,
  read: tauRuns,
}

/** tau-bench: recorded conversations of a service agent with a customer. */
function tauRuns(paths: readonly string[], read: Read): readonly Entry[] {
  return paths.flatMap((path) =>
    objects(parsed(read(path))).map(({ task_id, traj }): Entry => {
      const steps = objects(traj).flatMap((message): readonly Step[] => {
        if (message.role === 'user') return [['user', text(message.content)]]
        if (message.role === 'tool') return [['out', text(message.name), text(message.content)]]
        return objects(message.tool_calls).flatMap(({ function: called }): readonly Step[] => {
          const args = isObject(called) ? parsed(text(called.arguments)) : undefined
          return isObject(called) && isObject(args) ? [['call', text(called.name), args]] : []
        })
      })
      return { suite: 'tau-bench airline', kind: 'benign', key: String(task_id), steps }
    }),
  )
}
