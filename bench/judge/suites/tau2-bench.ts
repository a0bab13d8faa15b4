import { type Entry, isObject, objects, parsed, type Read, type Step, type Suite, text } from './suite.ts'

export const tau2Bench: Suite = {
  has: /^data\/tau2\/domains\/retail\/tasks\.json$/,
  files: /^data\/tau2\/domains\/(retail|airline|telecom|banking_knowledge)\/tasks(_small)?\.json$/,
  read: tauTasks,
}

/** tau2-bench: what the customer wants, and the calls that do it; no results. */
function tauTasks(paths: readonly string[], read: Read): readonly Entry[] {
  return paths.flatMap((path) =>
    objects(parsed(read(path))).flatMap((row): readonly Entry[] => {
      const scenario = isObject(row.user_scenario) ? row.user_scenario.instructions : undefined
      const criteria = isObject(row.evaluation_criteria) ? row.evaluation_criteria : {}
      const asked = isObject(scenario)
        ? ['reason_for_call', 'known_info', 'task_instructions'].map((name) => text(scenario[name])).join(' ')
        : text(scenario)
      const calls = objects(criteria.actions)
        .filter(({ requestor }) => requestor === undefined || requestor === 'assistant')
        .map(({ name, arguments: args }): Step => ['call', text(name), isObject(args) ? args : {}])
      const domain = path.split('/')[3] ?? ''
      if (calls.length === 0 || asked.trim() === '') return []
      return [
        {
          suite: `tau2 ${domain}, calls alone`,
          kind: 'benign',
          key: asked,
          steps: [['user', asked], ...calls],
        },
      ]
    }),
  )
}
