// Whether what an agent usually does, learnt from benign runs of other tasks, tells an attacked run from a benign one.
//
//   node bench/agent-behaviour.bench.ts [--data DIR]
//
// Runs are parted five ways by a hash of their task: each part is judged by a model that saw the benign runs of the others
// only. Recorded runs come from a folder `shared/data` beside the checkout, which licences keep out of it.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ActionModel } from '../src/gate/inspect/behaviour/action-model.ts'
import { say, skip } from './figure.ts'
import { traceRows } from './judge/score.ts'

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: fileURLToPath(new URL('../../shared/data', import.meta.url)) },
  },
})
const command = 'node bench/agent-behaviour.bench.ts'
const PARTS = 5
const file = join(values.data, 'traces/dev.jsonl.gz')

type Run = {
  readonly suite: string
  readonly part: number
  readonly isAttack: boolean
  readonly actions: readonly string[]
}

function runs(): readonly Run[] {
  return traceRows(file).map((row) => ({
    suite: row.suite,
    part: (createHash('sha256').update(taskOf(row)).digest()[0] ?? 0) % PARTS,
    isAttack: row.kind === 'attack',
    actions: row.steps.filter(([kind]) => kind === 'call').map(([, tool]) => String(tool)),
  }))
}

/** Runs of one task stay together: what was learnt from a task is never tried on it. */
function taskOf({ suite, steps }: ReturnType<typeof traceRows>[number]): string {
  const asked = steps.find(([kind]) => kind === 'user')
  return `${suite} ${asked?.[1] ?? ''}`
}

function surprises(model: ActionModel, { actions }: Run): number {
  return actions.filter((action, index) => model.surprise(action, actions.slice(0, index)) !== undefined)
    .length
}

if (!existsSync(file)) skip('habits', `there is no ${file}`)
else {
  const all = runs()
  for (const suite of new Set(all.map((run) => run.suite))) {
    const tally = { attacks: 0, found: 0, benign: 0, alarmed: 0 }
    for (let part = 0; part < PARTS; part++) {
      const own = all.filter((run) => run.suite === suite)
      const model = new ActionModel()
      for (const run of own) if (run.part !== part && !run.isAttack) model.learn(run.actions)
      for (const run of own) {
        if (run.part !== part) continue
        const isSurprising = surprises(model, run) > 0
        if (run.isAttack) {
          tally.attacks++
          if (isSurprising) tally.found++
        } else {
          tally.benign++
          if (isSurprising) tally.alarmed++
        }
      }
    }
    const share = (part: number, whole: number) => `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`
    const figure = `unexpected in ${share(tally.found, tally.attacks)} of ${tally.attacks} attacked runs, ${share(tally.alarmed, tally.benign)} of ${tally.benign} benign ones`
    say({ name: `habits, ${suite}`, figure, unit: '', command })
  }
}
