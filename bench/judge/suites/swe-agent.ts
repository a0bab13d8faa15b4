import { type Entry, isObject, objects, parsed, type Read, type Step, type Suite, text } from './suite.ts'

export const sweAgent: Suite = {
  has: /^trajs\/.*\.traj$/,
  files: /^trajs\/.*\.traj$/,
  read: codingRuns,
}

/** SWE-agent: what a coding agent ran, and what it saw, while it mended published bugs. */
function codingRuns(paths: readonly string[], read: Read): readonly Entry[] {
  return paths.flatMap((path): readonly Entry[] => {
    const run = parsed(read(path))
    if (!isObject(run)) return []
    const steps = objects(run.trajectory).flatMap(({ action, observation }): readonly Step[] => {
      if (text(action).trim() === '') return []
      return [
        ['call', 'bash', { command: text(action) }],
        ['out', 'bash', text(observation)],
      ]
    })
    const [, name = path] = /([^/]+)\.traj$/.exec(path) ?? []
    const asked: Step = ['user', `Mend the issue ${name} in the repository under /testbed.`]
    return [{ suite: 'SWE-agent', kind: 'benign', key: name, steps: [asked, ...steps] }]
  })
}
