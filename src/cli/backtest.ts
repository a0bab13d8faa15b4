import { createReadStream, existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { readyMadePolicies } from '../config/agents.ts'
import { actsOf, type Refused } from '../doors/judge/judge.ts'
import { loadAgentPolicy } from '../gate/agent-policy-file.ts'
import { type BacktestReport, backtestLedger, backtestTrace, type Tally } from '../gate/backtest.ts'
import type { AgentPolicy } from '../gate/decide/agent-policy.ts'
import { GateError } from '../kernel/gate-error.ts'
import { visible } from '../kernel/visible.ts'
import { STDIN } from '../watch/intake/source.ts'
import type { Command, Console, ParsedOptions } from './command.ts'
import { logPaths } from './log-options.ts'
import { percent, some } from './render/figures.ts'
import { type Screen, screenOf } from './render/screen.ts'
import { cut, padded } from './render/visible.ts'
import { neededOption, storeOptions, storePath, textOption } from './store-option.ts'

const ROWS_MAX = 15
const NAME_CELLS = 36
/** Lines of a trace that are no acts are each told up to here, and counted all. */
const REFUSED_SHOWN_MAX = 5

export const backtest: Command = {
  usage: '--policy NEW [--trace FILE | --store DIR]',
  description: `What another policy would have done: newly stopped, newly allowed, for each tool and each person.
Changes nothing.

Without --trace it reads the ledger, whose facts are decided anew: detectors are not run again, so what
the policy of the time did not look for stays unknown. With --trace (lines as judge reads them, - for
standard input) both policies run whole, the new one and the one it is held --against.`,
  options: {
    policy: {
      type: 'string',
      value: 'NEW',
      summary: `a policy file, or one of ${readyMadePolicies.join(', ')}`,
    },
    trace: { type: 'string', value: 'FILE', summary: 'a recorded trace in place of the ledger' },
    against: {
      type: 'string',
      value: 'OLD',
      summary: 'with --trace: the policy of before (default: balanced)',
    },
    json: { type: 'boolean', summary: 'one JSON object' },
    ...storeOptions,
  },
  examples: [
    ['portcullis backtest --policy strict', 'what strict would have done to the acts in the ledger'],
    ['portcullis backtest --policy new.yaml --trace acts.jsonl --json', 'the same for a recorded trace'],
  ],
  wordsMax: 0,
  run: async (_positionals, options, console) => {
    const policy = policyNamed(neededOption(options, 'policy', 'the policy to try'), console)
    const trace = textOption(options, 'trace')
    const report =
      trace === undefined
        ? await overLedger(policy, options, console)
        : await overTrace(trace, policy, options, console)
    console.stdout.write(options.json ? `${JSON.stringify(report)}\n` : page(report, screenOf(console)))
    return 0
  },
}

function policyNamed(named: string, { cwd, env }: Console): AgentPolicy {
  const file = readyMadePolicies.includes(named) ? named : resolve(cwd, named)
  return loadAgentPolicy(file, env).policy
}

async function overLedger(
  policy: AgentPolicy,
  options: ParsedOptions,
  console: Console,
): Promise<BacktestReport> {
  const directory = join(storePath(options, console), 'ledger')
  if (!existsSync(directory))
    throw new GateError('usage', `There is no ledger in ${directory}; --store or --config names another.`)
  return await backtestLedger(directory, policy, { signal: console.signal })
}

async function overTrace(
  trace: string,
  policy: AgentPolicy,
  options: ParsedOptions,
  console: Console,
): Promise<BacktestReport> {
  const was = policyNamed(textOption(options, 'against') ?? 'balanced', console)
  const [path = STDIN] = await logPaths([trace], console.cwd)
  const input: Readable = path === STDIN ? console.stdin : createReadStream(path)
  const refused: Refused[] = []
  let refusals = 0
  const acts = actsOf(input, (line) => {
    if (++refusals <= REFUSED_SHOWN_MAX) refused.push(line)
  })
  const report = await backtestTrace(acts, { was, now: policy })
  for (const { line, error } of refused)
    console.stderr.write(`${visible(trace)}:${line}: ${visible(error)}\n`)
  if (refusals > 0) console.stderr.write(`${some(refusals, 'line')} could not be read as an act.\n`)
  if (refusals > 0 && report.acts === 0)
    throw new GateError(
      'input-format-unknown',
      `${trace} is no trace: \`judge\` reads one act a line, as JSON`,
    )
  return report
}

function page(report: BacktestReport, screen: Screen): string {
  const { paint } = screen
  const { policy, acts, sessions, actions, newlyStopped, newlyAllowed, approvedStopped, unseen } = report
  if (acts === 0) return 'There are no acts of agents to try it on.\n'
  const share = (part: number) => paint('dim', `(${percent(part / acts)})`)
  const head = [
    `${paint('bold', visible(policy))} over ${some(acts, 'act')} of ${some(sessions, 'session')}: ${actions.allow} allowed, ${actions.redact} redacted, ${actions.ask} asked about, ${actions.deny} denied.`,
    '',
    `  ${paint('red', 'newly stopped')}  ${newlyStopped} ${share(newlyStopped)}${approvedStopped > 0 ? `, of which a person had approved ${approvedStopped}` : ''}`,
    `  ${paint('green', 'newly allowed')}  ${newlyAllowed} ${share(newlyAllowed)}`,
    '',
  ]
  const notes = unseen.map((note) => paint('dim', `Not seen: ${note}.`))
  return `${[...head, ...table('tool', report.tools, screen), ...table('person or agent', report.people, screen), ...examples(report, screen), ...notes].join('\n')}\n`
}

/** Names come from outside: no control character of theirs reaches the terminal. */
function table(title: string, tallies: Readonly<Record<string, Tally>>, { paint }: Screen): string[] {
  const changed = Object.entries(tallies).filter(
    ([name, { newlyStopped, newlyAllowed }]) => name !== '' && newlyStopped + newlyAllowed > 0,
  )
  if (changed.length === 0) return []
  const rows = changed
    .slice(0, ROWS_MAX)
    .map(
      ([name, { acts, newlyStopped, newlyAllowed }]) =>
        `  ${padded(cut(visible(name), NAME_CELLS), NAME_CELLS)}${padded(String(acts), 8, 'right')}${padded(String(newlyStopped), 10, 'right')}${padded(String(newlyAllowed), 10, 'right')}`,
    )
  const more = changed.length - rows.length
  return [
    paint(
      'dim',
      `  ${padded(title, NAME_CELLS)}${padded('acts', 8, 'right')}${padded('stopped', 10, 'right')}${padded('allowed', 10, 'right')}`,
    ),
    ...rows,
    ...(more > 0 ? [paint('dim', `  and ${more} more`)] : []),
    '',
  ]
}

function examples({ changes, changesTotal }: BacktestReport, { paint }: Screen): string[] {
  if (changes.length === 0) return []
  const rows = changes
    .slice(0, ROWS_MAX)
    .map(
      ({ act, tool, was, now, rule }) =>
        `  ${padded(cut(visible(tool), 24), 24)}  ${was} → ${now}  ${paint('dim', `${visible(rule)}  ${visible(act)}`)}`,
    )
  return [paint('dim', `  the first ${rows.length} of ${changesTotal} that change`), ...rows, '']
}
