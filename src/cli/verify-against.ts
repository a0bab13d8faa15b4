import { GateError } from '../kernel/gate-error.ts'
import { type ChangeAnswer, compareChange } from '../prove/change/change.ts'
import type { Console, ExitCode } from './command.ts'
import { type PolicySource, policySources } from './verify-sources.ts'

/** Says what the new policy newly allows. Exit 0: nothing; 1: something; 3: unknown. */
export async function verifyAgainst(
  named: string,
  newer: readonly PolicySource[],
  asJson: boolean,
  console: Pick<Console, 'cwd' | 'stdout'>,
): Promise<ExitCode> {
  const older = policySources(named, console.cwd)
  const [before] = older
  const [after] = newer
  if (before === undefined || after === undefined || older.length > 1 || newer.length > 1)
    throw new GateError(
      'usage',
      '--against compares one policy with one other: name the new one with --policy.',
    )
  const answer = await compareChange(before.policy, after.policy)
  console.stdout.write(
    asJson
      ? `${JSON.stringify({ old: before.file, new: after.file, ...answer })}\n`
      : page(before.file, after.file, answer),
  )
  return exits[answer.verdict]
}

const exits: Record<ChangeAnswer['verdict'], ExitCode> = { 'nothing-new': 0, 'newly-allows': 1, unknown: 3 }

function page(before: string, after: string, answer: ChangeAnswer): string {
  if (answer.verdict === 'nothing-new') return `${after} allows nothing that ${before} does not.\n`
  const lines = answer.loosenings.flatMap(({ sentence, request }) => [
    `  ${sentence}`,
    `    ${JSON.stringify(request)}`,
  ])
  const head =
    answer.verdict === 'newly-allows'
      ? `${after} newly allows, compared with ${before}:`
      : `Not known whether ${after} newly allows more than ${before}: ${answer.reason}.`
  return `${[head, ...(lines.length > 0 && answer.verdict === 'unknown' ? ['What was found so far:'] : []), ...lines].join('\n')}\n`
}
