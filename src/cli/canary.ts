import { existsSync, readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { canaryOf, findCanaries } from '../gate/enforce/canary/canary.ts'
import { canaryName } from '../gate/standing.ts'
import { GateError } from '../kernel/gate-error.ts'
import { MeasureStore } from '../store/embedded/measure-store.ts'
import { openSecret } from '../store/embedded/secret.ts'
import type { Command, ExitCode } from './command.ts'
import { storeOptions } from './store-option.ts'
import { answerList, runVerb, type StoreWork } from './verbs.ts'

const FILE_BYTES_MAX = 512 * 1024 * 1024

export const canary: Command = {
  usage: 'check|list [TEXT|FILE]',
  description: `Accounts under the standing \`marked\` get answers that carry the canary of their campaign. check says
which canaries a text or a file holds, whole or in part, whatever happened to its spaces, cases and
punctuation. list shows the canaries that were ever given out.

Exit 0 when there is none, 1 when there is one.`,
  options: { json: { type: 'boolean', summary: 'one JSON object on standard output' }, ...storeOptions },
  examples: [
    ['portcullis canary check leaked-dataset.jsonl', 'whether a data set was made of our answers'],
    ['portcullis canary check "what a model said"', 'the same of a text'],
  ],
  wordsMax: 2,
  run: (words, options, console) =>
    runVerb({ check: { run: check }, list: { run: list } }, words, options, console),
}

function check(work: StoreWork, subject: string | undefined): ExitCode {
  const { options, console } = work
  if (subject === undefined) throw new GateError('usage', 'Say which text or file to look in.')
  const { given, canaries } = canariesOf(work)
  const found = findCanaries(textOf(subject, console.cwd), canaries).map((one) => ({
    ...one,
    measures: given.get(one.campaign),
  }))
  if (options.json) console.stdout.write(`${JSON.stringify({ canaries: canaries.length, found })}\n`)
  else if (canaries.length === 0) console.stdout.write('No canary was ever given out from this store.\n')
  else if (found.length === 0) {
    const none =
      canaries.length === 1 ? 'The one canary is not' : `None of the ${canaries.length} canaries is`
    console.stdout.write(`${none} in it. That does not say it was not made of our answers.\n`)
  }
  for (const { campaign, words, isInOrder, chance, measures } of options.json ? [] : found)
    console.stdout.write(
      `${campaign}: ${words} of 6 words ${isInOrder ? 'in their' : 'in another'} order (by chance at most ${chance.toExponential(0)}); given by ${measures?.join(', ')}.\n`,
    )
  return found.length === 0 ? 0 : 1
}

function list(work: StoreWork): ExitCode {
  const { given, canaries } = canariesOf(work)
  const listed = canaries.map(({ campaign, text }) => ({ campaign, text, measures: given.get(campaign) }))
  if (work.options.json) {
    work.console.stdout.write(`${JSON.stringify({ canaries: listed })}\n`)
    return 0
  }
  const line = ({ campaign, text }: (typeof listed)[number]) => `${campaign}  ${text}`
  return answerList(work, listed, line, 'No canary was ever given out from this store.')
}

function canariesOf({ store, state }: StoreWork) {
  const given = givenOut(new MeasureStore(state))
  const secret = openSecret(store)
  return { given, canaries: [...given.keys()].map((name) => canaryOf(secret, name)) }
}

/** Every canary that was ever given out, also where its measure has ended, with the measures that gave it. */
function givenOut(measures: MeasureStore): ReadonlyMap<string, readonly string[]> {
  const given = new Map<string, string[]>()
  for (const { id, standing, campaign, needsAgreement, agreed } of measures.list()) {
    if (standing !== 'marked' || (needsAgreement && agreed === undefined)) continue
    const name = canaryName({ campaign, measure: id })
    given.set(name, [...(given.get(name) ?? []), id])
  }
  return given
}

function textOf(subject: string, cwd: string): string {
  const path = resolve(cwd, subject)
  if (subject.length > 4_096 || !existsSync(path)) {
    // A single word can hold no canary: it was meant as a file, and "none" would be a false comfort.
    if (!/\s/.test(subject.trim()))
      throw new GateError('input-not-found', `${subject} is no file, and too short a text for a canary.`)
    return subject
  }
  if (statSync(path).isDirectory())
    throw new GateError('input-is-directory', `${subject} is a directory; name a file in it.`)
  const bytes = readFileSync(path)
  if (bytes.length > FILE_BYTES_MAX)
    throw new GateError('usage', `${subject} is too large: cut it into pieces.`)
  return bytes.toString('utf8')
}
