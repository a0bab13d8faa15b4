import {
  type Entry,
  isObject,
  type Json,
  objects,
  parsed,
  type Read,
  type Step,
  type Suite,
  spoken,
  text,
} from './suite.ts'

export const agentDyn: Suite = {
  has: /^runs\/[^/]+\/shopping\/user_task_0\/none\/none\.json$/,
  // The runs of the models alone: a defence in between is none of theirs. The third suite is among the visible runs.
  files:
    /^runs\/(?:gpt-4o-2024-08-06|gpt-4o-mini-2024-07-18|google_gemini-2\.5-(?:pro|flash)|gpt-5-mini-2025-08-07)\/(?:shopping|github)\//,
  read: dojoRuns,
  isUnread: true,
}

type DojoRun = { readonly path: string; readonly run: Json; readonly steps: readonly Step[] }

type Call = Extract<Step, readonly ['call', ...unknown[]]>

/**
 * AgentDyn. An attack is a run in which the attacker got what was wanted; the call that did it is the first that does
 * what the last call does where the same thing is asked for openly. A run with nothing injected that did its task is
 * benign.
 */
function dojoRuns(paths: readonly string[], read: Read): readonly Entry[] {
  const runs = paths.flatMap((path): readonly DojoRun[] => {
    const run = parsed(read(path))
    return isObject(run) ? [{ path, run, steps: dojoSteps(objects(run.messages)) }] : []
  })
  const wanted = new Map<string, Call[]>()
  for (const { run, steps } of runs) {
    if (!text(run.user_task_id).startsWith('injection_task') || run.utility !== true) continue
    const name = `${text(run.suite_name)} ${text(run.user_task_id)}`
    wanted.set(name, [...(wanted.get(name) ?? []), ...callsOf(steps).slice(-1)])
  }
  return runs.flatMap(({ run, steps }): readonly Entry[] => {
    const [suite, key] = [`AgentDyn ${text(run.suite_name)}`, text(run.user_task_id)]
    const calls = callsOf(steps)
    if (key.startsWith('injection_task') || calls.length === 0) return []
    if (typeof run.injection_task_id !== 'string')
      return run.utility === true ? [{ suite, kind: 'benign', key, steps }] : []
    if (run.security !== true) return []
    const asked = wanted.get(`${text(run.suite_name)} ${run.injection_task_id}`) ?? []
    const at = calls.findIndex((call) => asked.some((other) => isSameCall(call, other)))
    return at < 0 ? [] : [{ suite, kind: 'attack', at, key: run.injection_task_id, steps }]
  })
}

function callsOf(steps: readonly Step[]): readonly Call[] {
  return steps.filter((step): step is Call => step[0] === 'call')
}

function dojoSteps(messages: readonly Json[]): readonly Step[] {
  return messages.flatMap((said): readonly Step[] => {
    if (said.role === 'user') return [['user', spoken(said.content)]]
    if (said.role === 'tool') {
      const called = isObject(said.tool_call) ? text(said.tool_call.function) : ''
      return [['out', called, text(said.error) || spoken(said.content)]]
    }
    return objects(said.tool_calls).map((call): Step => {
      const args = isObject(call.args) ? call.args : {}
      return ['call', text(call.function), args]
    })
  })
}

/** The same tool with half of its texts the same: models word a message each in their own way. */
function isSameCall([, tool, args]: Call, [, other, theirs]: Call): boolean {
  if (tool !== other) return false
  const values = Object.entries(theirs ?? {})
  const same = values.filter(([name, value]) => JSON.stringify(args?.[name]) === JSON.stringify(value))
  return values.length > 0 && same.length * 2 >= values.length
}
