import {
  type Entry,
  isObject,
  type Json,
  lines,
  list,
  parsed,
  pythonObject,
  type Read,
  type Step,
  type Suite,
  text,
} from './suite.ts'

export const injecAgentSuite: Suite = {
  has: /^results\/BASE\/.*test_cases_dh_base\.json$/,
  files: /^results\/(BASE|ENHANCED|CYDIT)\//,
  read: injecAgent,
}

/** The first action with one of these tools, as agents of the ReAct kind write it. */
function actionIn(output: string, tools: readonly string[]): readonly [tool: string, args: Json] | undefined {
  for (const match of output.matchAll(
    /Action: *(\w+)\s*\nAction Input: *(\{[\s\S]*?\})\s*(?=\n\s*(?:Observation|Thought|Final Answer|Action)\b|$)/g,
  )) {
    const args = parsed(match[2] ?? '')
    if (tools.includes(match[1] ?? '') && isObject(args)) return [match[1] ?? '', args]
  }
  return undefined
}

/**
 * InjecAgent with what models then did. An attack is a run in which the model took the attacker's tool. The same action
 * asked for by the user is benign: what differs is only who asked.
 */
function injecAgent(paths: readonly string[], read: Read): readonly Entry[] {
  return paths.flatMap((path) => {
    const wrapper = path.split('/')[1]?.toLowerCase() ?? ''
    return lines(read(path)).flatMap((row) => {
      const tools = list(row['Attacker Tools']).map(text)
      const first = row.eval === 'succ' ? actionIn(text(row.output), tools.slice(0, 1)) : undefined
      if (first === undefined) return []
      const second = tools.length > 1 ? actionIn(text(row['output Step 2']), tools.slice(1)) : undefined
      if (tools.length > 1 && (row['eval Step 2'] !== 'succ' || second === undefined)) return []
      const taken: readonly Step[] =
        second === undefined
          ? [['call', ...first]]
          : [
              ['call', ...first],
              ['out', first[0], text(row['Attacker Tool Response'])],
              ['call', ...second],
            ]
      const key = text(row['Attacker Instruction'])
      const harm = tools.length > 1 ? 'stealing' : 'harm'
      const own: readonly Step[] = [
        ['user', text(row['User Instruction'])],
        ['call', text(row['User Tool']), pythonObject(text(row['Tool Parameters']))],
        ['out', text(row['User Tool']), text(row['Tool Response'])],
      ]
      const attack: Entry = {
        suite: `InjecAgent, ${harm}, ${wrapper}`,
        kind: 'attack',
        at: tools.length > 1 ? 2 : 1,
        key,
        steps: [...own, ...taken],
      }
      const asked: Entry = {
        suite: `InjecAgent, ${harm}, asked by the user`,
        kind: 'benign',
        key,
        steps: [['user', key], ...taken],
      }
      return wrapper === 'base' ? [attack, asked] : [attack]
    })
  })
}
