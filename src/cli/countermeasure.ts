import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import * as v from 'valibot'
import { ledgerExchanges } from '../gate/export-exchanges.ts'
import { parseStanding } from '../gate/standing.ts'
import { Standings } from '../gate/standing-book.ts'
import { GateError } from '../kernel/gate-error.ts'
import { loadFindings } from '../store/embedded/findings.ts'
import { listSegments } from '../store/embedded/ledger/segments.ts'
import { type Measure, MeasureStore, measureState, type NewMeasure } from '../store/embedded/measure-store.ts'
import { parseReport } from '../watch/report-schema.ts'
import type { Command, Console, ExitCode, ParsedOptions } from './command.ts'
import { campaignNamed, onlyOne } from './findings.ts'
import { moment, some } from './render/figures.ts'
import { screenOf } from './render/screen.ts'
import { wrapped } from './render/visible.ts'
import {
  authorOption,
  durationOption,
  listOption,
  neededOption,
  storeOptions,
  textOption,
} from './store-option.ts'
import { answer, neededSubject, runVerb, type StoreWork } from './verbs.ts'

const ACCOUNTS_SHOWN = 20
const DAY_MS = 86_400_000

export const countermeasure: Command = {
  usage: 'apply|agree|preview|list|release|undo|allow|disallow [STANDING|ID|ACCOUNT]',
  description: `Gives accounts a standing, from mild to severe: watched, slowed, limited, summarised, veiled, capped,
lesser, marked, verify, quarantined. summarised, veiled and marked alter answers: they need --for, and
are in force once a second person agrees.

The accounts are named with --accounts or --file, or are those of a --campaign of the latest findings or
of a --report that \`hunt --json\` wrote. apply gives them the standing. preview says whom a measure
would touch and changes nothing; release lets some of its accounts go, and it goes on for the others;
undo ends it. allow puts an account on the allow-list, which always wins.

A running gate notices within a second and writes the measure into the ledger.`,
  options: {
    accounts: { type: 'string', value: 'A,B', summary: 'accounts by name' },
    file: { type: 'string', value: 'FILE', summary: 'accounts, one a line' },
    report: { type: 'string', value: 'FILE', summary: 'a report of `hunt --json`' },
    campaign: {
      type: 'string',
      value: 'ID',
      summary: 'the campaign whose accounts are meant',
    },
    reason: { type: 'string', value: 'TEXT', summary: 'why; needed to apply, release or allow' },
    author: { type: 'string', value: 'NAME', summary: 'who acts (default: the user of this machine)' },
    for: { type: 'string', value: 'TIME', summary: 'how long: 30m, 24h, 7d (default: until undone)' },
    'delay-ms': { type: 'string', value: 'N', summary: 'with slowed: the delay of each answer' },
    'requests-per-minute': { type: 'string', value: 'N', summary: 'with limited' },
    'max-tokens': { type: 'string', value: 'N', summary: 'with capped' },
    model: { type: 'string', value: 'NAME', summary: 'with lesser: the model to use instead' },
    json: { type: 'boolean', summary: 'JSON on standard output' },
    ...storeOptions,
  },
  examples: [
    ['portcullis hunt logs/*.gz --json > report.json', 'find campaigns'],
    [
      'portcullis countermeasure preview quarantined --report report.json --campaign c_1f',
      'see whom it would touch',
    ],
    [
      'portcullis countermeasure apply slowed --report report.json --campaign c_1f --for 24h --reason "case 17"',
      'slow the whole campaign down for a day',
    ],
    [
      'portcullis countermeasure release m_5d0c3a77e1 --accounts acct-9 --reason "verified by phone"',
      'let one account go that has shown who it is',
    ],
  ],
  wordsMax: 2,
  run: (words, options, console) =>
    runVerb(
      {
        apply: { run: apply, mayMakeStore: true },
        agree: { run: agree },
        preview: { run: preview, mayMakeStore: true },
        list: { run: list },
        release: { run: release },
        undo: { run: undo },
        allow: { run: allow, mayMakeStore: true },
        disallow: { run: disallow },
      },
      words,
      options,
      console,
    ),
}

async function apply(work: StoreWork, kind: string | undefined): Promise<ExitCode> {
  const { store, state, options, console } = work
  const measures = new MeasureStore(state)
  const accounts = await accountsOf(store, options, console)
  const measure = measureOf(
    kind,
    options,
    console,
    neededOption(options, 'reason', 'why the accounts get it'),
  )
  const id = measures.apply(measure, accounts)
  const isProposed = measures.list().find((one) => one.id === id)?.needsAgreement === true
  const result = { id, standing: measure.standing, accounts: accounts.length, isProposed }
  const said = isProposed
    ? `${id}: proposed for ${some(accounts.length, 'account')}. It needs a second person: portcullis countermeasure agree ${id}`
    : `${id}: ${some(accounts.length, 'account')} ${accounts.length === 1 ? 'is' : 'are'} ${measure.standing}.`
  return answer(work, result, said)
}

async function preview(work: StoreWork, kind: string | undefined): Promise<ExitCode> {
  const { store, state, options, console } = work
  const accounts = await accountsOf(store, options, console)
  measureOf(kind, options, console, 'preview')
  const standings = new Standings(new MeasureStore(state), [])
  await standings.refresh(console.now())
  const spared = accounts.filter((account) => standings.isAllowed(account))
  const touched = accounts.filter((account) => !standings.isAllowed(account))
  const under = touched.filter((account) => standings.standingOf(account, console.now()).kind !== 'clear')
  const recent = recentUse(join(store, 'ledger'), new Set(touched), console.now() - DAY_MS)
  const result = {
    standing: kind,
    touched: touched.length,
    spared,
    alreadyUnderMeasures: under.length,
    lastDay: recent,
    accounts: touched,
  }
  const shown = touched.slice(0, ACCOUNTS_SHOWN).join(', ')
  const more = touched.length > ACCOUNTS_SHOWN ? ` and ${touched.length - ACCOUNTS_SHOWN} more` : ''
  const said = [
    `Would touch ${some(touched.length, 'account')}: ${shown}${more}.`,
    `Under a measure already: ${under.length}. Spared by the allow-list: ${spared.length}.`,
    `In the last day they made ${some(recent.exchanges, 'exchange')} (${some(recent.activeAccounts, 'account')}, ${some(recent.outputTokens, 'token')} of answers).`,
  ]
  const { columns } = screenOf(console)
  return answer(work, result, said.flatMap((line) => wrapped(line, columns)).join('\n'))
}

/** What the accounts did lately, as the ledger has it: the best picture of who would notice. */
function recentUse(directory: string, accounts: ReadonlySet<string>, since: number) {
  const active = new Set<string>()
  let exchanges = 0
  let outputTokens = 0
  if (existsSync(directory) && listSegments(directory).length > 0)
    for (const { ts, account, output_tokens: tokens } of ledgerExchanges(directory)) {
      if (typeof account !== 'string' || typeof ts !== 'number' || ts < since || !accounts.has(account))
        continue
      active.add(account)
      exchanges++
      outputTokens += typeof tokens === 'number' ? tokens : 0
    }
  return { exchanges, activeAccounts: active.size, outputTokens }
}

function list({ state, options, console }: StoreWork): ExitCode {
  const measures = new MeasureStore(state)
  const all = measures.list().map((measure) => ({ ...measure, state: measureState(measure, console.now()) }))
  const allowed = measures.allowed()
  if (options.json) console.stdout.write(`${JSON.stringify({ measures: all, allowed })}\n`)
  else if (all.length + allowed.length === 0)
    console.stderr.write('No account is under a measure, and none is on the allow-list.\n')
  else {
    for (const { id, state, standing, accounts, expires, author, reason } of all) {
      const end = state === 'in force' && expires !== undefined ? `until ${moment(expires)}, ` : ''
      console.stdout.write(
        `${id}  ${state.padEnd(8)}  ${standing.padEnd(11)}  ${some(accounts, 'account')}  ${end}${author}: ${reason}\n`,
      )
    }
    for (const { account, author, reason } of allowed)
      console.stdout.write(`allowed  ${account}  ${author}: ${reason}\n`)
  }
  return 0
}

function agree(work: StoreWork, subject: string | undefined): ExitCode {
  const { state, options, console } = work
  const id = neededSubject(subject, 'measure', 'countermeasure list')
  const author = authorOption(options)
  const agreed = new MeasureStore(state).agree(id, author, console.now())
  if (agreed === 'same-person')
    throw new GateError('usage', `${author} proposed ${id}; another person has to agree.`)
  if (agreed === 'not-proposed')
    throw new GateError('usage', `${id} is not a measure that waits for agreement.`)
  return answer(work, { id, state: 'in force' }, `${id} is in force.`)
}

async function release(work: StoreWork, id: string | undefined): Promise<ExitCode> {
  const { store, state, options, console } = work
  const measures = new MeasureStore(state)
  const measure = measureNamed(measures, id)
  const accounts = await accountsOf(store, options, console)
  const reason = neededOption(options, 'reason', 'why the accounts are let go')
  const ground = { author: authorOption(options), reason, now: console.now() }
  const released = measures.release(measure.id, accounts, ground)
  const left = measure.accounts - released
  const said = `${measure.id}: ${released} released; it touches ${some(left, 'account')}.`
  answer(work, { id: measure.id, released, accounts: left }, said)
  return released > 0 ? 0 : 2
}

function measureNamed(measures: MeasureStore, subject: string | undefined): Measure {
  const id = neededSubject(subject, 'measure', 'countermeasure list')
  const found = measures.list().find((measure) => measure.id === id)
  if (found === undefined)
    throw new GateError('usage', `There is no measure ${id}. \`portcullis countermeasure list\` shows them.`)
  return found
}

function undo(work: StoreWork, id: string | undefined): ExitCode {
  const { state, options, console } = work
  const measures = new MeasureStore(state)
  const measure = measureNamed(measures, id)
  const isNew = measures.undo(measure.id, authorOption(options), console.now())
  const said = isNew ? `${measure.id} is undone.` : `${measure.id} was undone before.`
  return answer(work, { id: measure.id, state: 'undone', isNew }, said)
}

function allow(work: StoreWork, account: string | undefined): ExitCode {
  const { state, options, console } = work
  if (account === undefined) throw new GateError('usage', 'Say which account.')
  const reason = neededOption(options, 'reason', 'why no measure may touch the account')
  const author = authorOption(options)
  new MeasureStore(state).allow({ account, reason, author, created: console.now() })
  return answer(work, { account, isAllowed: true }, `${account} is on the allow-list: no measure touches it.`)
}

function disallow(work: StoreWork, account: string | undefined): ExitCode {
  if (account === undefined) throw new GateError('usage', 'Say which account.')
  const wasAllowed = new MeasureStore(work.state).disallow(account)
  const said = wasAllowed ? `${account} is off the allow-list.` : `${account} was not on the allow-list.`
  answer(work, { account, isAllowed: false, wasAllowed }, said)
  return wasAllowed ? 0 : 2
}

function measureOf(
  kind: string | undefined,
  options: ParsedOptions,
  console: Console,
  reason: string,
): NewMeasure {
  const now = console.now()
  const lifeMs = durationOption(options, 'for')
  const parameters = Object.fromEntries(
    Object.entries({
      delayMs: textOption(options, 'delay-ms'),
      requestsPerMinute: textOption(options, 'requests-per-minute'),
      maxTokens: textOption(options, 'max-tokens'),
      model: textOption(options, 'model'),
    }).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
  const measure: NewMeasure = {
    standing: kind ?? '',
    parameters,
    reason,
    author: authorOption(options),
    campaign: textOption(options, 'campaign'),
    created: now,
    expires: lifeMs === undefined ? undefined : now + lifeMs,
  }
  const ground = { measure: '', reason, author: measure.author, campaign: undefined, expires: undefined }
  const standing = parseStanding(measure.standing, parameters, ground)
  if (!standing.ok || standing.value.kind === 'clear')
    throw new GateError(
      'usage',
      standing.ok ? 'To clear accounts, undo their measure.' : `${standing.error}.`,
    )
  return measure
}

const reportSchema = v.object({
  campaigns: v.array(v.object({ id: v.string(), accounts: v.array(v.string()) })),
})

async function accountsOf(
  store: string,
  options: ParsedOptions,
  console: Console,
): Promise<readonly string[]> {
  const accounts = new Set(listOption(options, 'accounts'))
  const file = textOption(options, 'file')
  if (file !== undefined)
    for (const account of accountsIn(readText(file, console), file)) accounts.add(account)
  const campaign = textOption(options, 'campaign')
  if (campaign !== undefined)
    for (const account of await campaignAccounts(store, campaign, options, console)) accounts.add(account)
  if (accounts.size === 0)
    throw new GateError('usage', 'Name accounts with --accounts, --file or --campaign.')
  return [...accounts].sort()
}

function accountsIn(text: string, file: string): readonly string[] {
  const lines = text.split('\n').map((line) => line.trim())
  // What `campaigns export` writes begins so: its lines would be taken for names that nobody has.
  if (lines[0]?.startsWith('campaign,account,') === true)
    throw new GateError(
      'usage',
      `${file}:1: this is a table, and an account a line is wanted; --campaign ID takes a campaign's from the findings.`,
    )
  const accounts = lines.filter((line) => line !== '')
  if (accounts.length === 0) throw new GateError('usage', `${file} names no account.`)
  return accounts
}

async function campaignAccounts(
  store: string,
  wanted: string,
  options: ParsedOptions,
  console: Console,
): Promise<readonly string[]> {
  const report = textOption(options, 'report')
  if (report === undefined) {
    const { findings } = await loadFindings(store, parseReport)
    const campaign = campaignNamed(findings, wanted)
    if (campaign === undefined)
      throw new GateError('usage', `The latest findings have no campaign ${wanted}.`)
    return campaign.accounts
  }
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), reportSchema), readText(report, console))
  if (!parsed.success) throw new GateError('usage', `${report} is no report of \`hunt --json\`.`)
  const campaign = onlyOne(parsed.output.campaigns, ({ id }) => id, wanted, 'campaigns')
  if (campaign === undefined) throw new GateError('usage', `${report} has no campaign ${wanted}.`)
  return campaign.accounts
}

function readText(file: string, console: Console): string {
  try {
    return readFileSync(resolve(console.cwd, file), 'utf8')
  } catch (cause) {
    throw new GateError('usage', `${file} cannot be read.`, { cause })
  }
}
