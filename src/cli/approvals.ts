import type { TicketState } from '../gate/agent-approval.ts'
import { Approvals, type TicketRecord } from '../gate/enforce/approvals.ts'
import { GateError } from '../kernel/gate-error.ts'
import { visible } from '../kernel/visible.ts'
import { ApprovalStore } from '../store/embedded/approval-store.ts'
import type { Command, Console, ExitCode } from './command.ts'
import { moment } from './render/figures.ts'
import { screenOf } from './render/screen.ts'
import { cut } from './render/visible.ts'
import { authorOption, storeOptions, textOption } from './store-option.ts'
import { answer, neededSubject, runVerb, type StoreWork } from './verbs.ts'

/** Nothing is asked here, so the rules for asking do not count. */
const noAsking = { expireMs: 0, openMax: 0 }

/** The call is shown up to here; `--json` has all of it. */
const CALL_CELLS = 400

export const approvals: Command = {
  usage: 'list|approve|refuse [ID]',
  description: `Questions of the gate about acts of agents, and the answers of people.

list shows the open ones, newest first; --all shows the answered ones too. approve lets that one act
pass once: the same tool with the same arguments in the same session, under the same policy, before the
ticket ends. refuse stops it until the ticket ends. The first answer counts. A running gate hears an
answer within a second and writes it into the ledger with the name of whoever gave it. Exit 1 when the
ticket can no longer be answered.`,
  options: {
    all: { type: 'boolean', summary: 'with list: answered and ended ones too' },
    reason: { type: 'string', value: 'TEXT', summary: 'with approve and refuse: why' },
    author: { type: 'string', value: 'NAME', summary: 'who answers (default: the user of this machine)' },
    json: { type: 'boolean', summary: 'JSON on standard output' },
    ...storeOptions,
  },
  examples: [
    ['portcullis approvals list', 'what waits for an answer'],
    ['portcullis approvals approve t_5f21c07d9e4b --reason "agreed with the team"', 'let one act pass once'],
  ],
  wordsMax: 2,
  run: (words, options, console) =>
    runVerb(
      {
        list: { run: list },
        approve: { run: (work, id) => decide(work, 'approved', id) },
        refuse: { run: (work, id) => decide(work, 'refused', id) },
      },
      words,
      options,
      console,
    ),
}

function ticketsOf({ state, console }: StoreWork): Approvals {
  return new Approvals(new ApprovalStore(state), noAsking, console.now)
}

function list(work: StoreWork): ExitCode {
  const { options, console } = work
  const wanted: { state?: TicketState } = options.all ? {} : { state: 'open' }
  const found = ticketsOf(work).list(wanted)
  if (options.json) {
    console.stdout.write(`${JSON.stringify(found)}\n`)
    return 0
  }
  if (found.length === 0) console.stderr.write('Nothing waits for an answer.\n')
  for (const ticket of found) console.stdout.write(shown(ticket, console))
  return 0
}

/** Tool, agent and reason come from outside: no control character of theirs reaches the terminal. */
function shown(ticket: TicketRecord, console: Console): string {
  const { paint } = screenOf(console)
  const { id, state, call, agent, person, tool, act, session, rule, reason, created, expires } = ticket
  const who = person === undefined ? visible(agent) : `${visible(agent)} for ${visible(person)}`
  const colour = state === 'open' ? 'yellow' : state === 'refused' ? 'red' : 'dim'
  const what = tool === '' ? act : `${act} ${visible(tool)}`
  const end = state === 'open' ? `ends in ${minutes(expires - console.now())}` : answerOf(ticket)
  return [
    `${paint('bold', id)}  ${paint(colour, state.padEnd(8))}  ${what}  by ${who}`,
    `  ${visible(reason)} ${paint('dim', `[${rule}]`)}`,
    ...(call === '' ? [] : [`  ${visible(cut(call, CALL_CELLS))}`]),
    `  ${paint('dim', `asked ${moment(created)} in session ${visible(session)}, ${end}`)}`,
    '',
  ].join('\n')
}

function answerOf({ author, answered, note, expires }: TicketRecord): string {
  if (author === undefined || answered === undefined) return `ended ${moment(expires)}`
  return `answered by ${visible(author)} ${moment(answered)}${note ? `: ${visible(note)}` : ''}`
}

function minutes(ms: number): string {
  return `${Math.max(1, Math.round(ms / 60_000))} min`
}

function decide(work: StoreWork, state: 'approved' | 'refused', subject: string | undefined): ExitCode {
  const { options, console } = work
  const id = neededSubject(subject, 'ticket', 'approvals list')
  const tickets = ticketsOf(work)
  const author = authorOption(options)
  const answered = tickets.answer(id, state, { author, reason: textOption(options, 'reason') ?? '' })
  if (!answered.ok) {
    const found = tickets.find(id)
    if (found === undefined)
      throw new GateError('usage', `There is no ticket ${id}. \`portcullis approvals list\` shows them.`)
    console.stderr.write(`${id} is ${found.state}: ${answerOf(found)}.\n`)
    return 1
  }
  const said = state === 'approved' ? `${id} is approved: the act may pass once.` : `${id} is refused.`
  return answer(work, answered.value, said)
}
