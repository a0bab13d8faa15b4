import {
  type Entry,
  isObject,
  type Json,
  list,
  objects,
  parsed,
  type Read,
  type Step,
  type Suite,
  text,
} from './suite.ts'

export const rJudge: Suite = {
  has: /^AgentAuditor\/data\/rjudge\.json$/,
  files: /^AgentAuditor\/data\/rjudge\.json$/,
  read: judgedRuns,
}

/** R-Judge, as AgentAuditor has it: records judged by people. An attack is one whose injected instruction was followed. */
function judgedRuns(paths: readonly string[], read: Read): readonly Entry[] {
  return paths.flatMap((path) =>
    objects(parsed(read(path))).flatMap((row): readonly Entry[] => {
      const steps = list(row.contents).flatMap((turn) => stepsOf(objects(turn)))
      const said = text(row.risk_description)
      const isInjected = /attacker injected|injected malicious/.test(said)
      const [instruction] =
        /malicious instruction [“"']([\s\S]*?)[”"'] in the return/.exec(said)?.slice(1) ?? []
      const key = instruction ?? text(steps.find(([kind]) => kind === 'user')?.[1])
      const calls = steps.filter(([kind]) => kind === 'call').length
      if (calls === 0 || (row.label === 1 && !isInjected)) return []
      if (row.label === 1) return [{ suite: 'R-Judge', kind: 'attack', at: calls - 1, key, steps }]
      const suite = isInjected ? 'R-Judge, injected and not followed' : 'R-Judge'
      return [{ suite, kind: 'benign', key, steps }]
    }),
  )
}

function stepsOf(turn: readonly Json[]): readonly Step[] {
  let called: string | undefined
  return turn.flatMap((said): readonly Step[] => {
    if (said.role === 'user') return [['user', text(said.content)]]
    if (said.role === 'agent') {
      const match = /^([A-Za-z_]\w+)\s*(?:\n\s*Action Input:|:)?\s*(\{[\s\S]*\})\s*$/.exec(
        text(said.action).trim(),
      )
      called = match?.[1] === 'Complete' || match?.[1] === 'Final' ? undefined : match?.[1]
      return called === undefined ? [] : [['call', called, argumentsIn(match?.[2] ?? '')]]
    }
    const returned = text(said.content)
    return called === undefined || returned === '' ? [] : [['out', called, returned]]
  })
}

/** JSON, or a Python literal as far as it is written like one; else the text as it stands. */
function argumentsIn(source: string): Json {
  for (const each of [source, source.replace(/'/g, '"'), source.replace(/\bTrue\b/g, 'true')]) {
    const found = parsed(each)
    if (isObject(found)) return found
  }
  return { input: source }
}
