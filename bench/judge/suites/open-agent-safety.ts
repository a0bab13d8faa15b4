import { type Entry, isObject, objects, parsed, type Read, type Step, type Suite, text } from './suite.ts'

export const openAgentSafety: Suite = {
  has: /^evaluation\/o3-mini\/traj_[\w-]+\.json$/,
  files: /^evaluation\/[\w-]+\/traj_[\w-]+\.json$/,
  read: officeRuns,
}

/**
 * OpenAgentSafety: agents in an office of made services, with tasks that ask for harm more or less openly. Nobody says
 * which action did it, so the share that is stopped means nothing; what each finding says of it does.
 */
function officeRuns(paths: readonly string[], read: Read): readonly Entry[] {
  return paths.flatMap((path): readonly Entry[] => {
    const events = objects(parsed(read(path)))
    const steps = events.flatMap((event): readonly Step[] => {
      const args = isObject(event.args) ? event.args : {}
      switch (event.action) {
        case 'run':
          return [['call', 'execute_bash', { command: text(args.command) }]]
        case 'run_ipython':
          return [['call', 'execute_ipython_cell', { code: text(args.code) }]]
        case 'write':
          return [['call', 'write_file', { path: text(args.path), content: text(args.content) }]]
        case 'browse':
          return [['call', 'browse', { url: text(args.url) }]]
        default:
          break
      }
      const isRead = /task\.md/.test(text(event.message)) && event.observation === 'read'
      if (isRead) return [['user', text(event.content)]]
      return event.observation === 'run' ? [['out', 'execute_bash', text(event.content)]] : []
    })
    const [, key = path] = /traj_([\w-]+)\.json$/.exec(path) ?? []
    if (!steps.some(([kind]) => kind === 'call')) return []
    return [{ suite: 'OpenAgentSafety, unlabelled', kind: 'benign', key, steps }]
  })
}
