import type { Finding } from '../../../finding.ts'
import { type CommandDetector, finding, none, ofEach, shown, together } from '../detector.ts'
import { looksByName, unconcerned } from '../dispatch.ts'
import { pathLiterals } from '../path-words.ts'
import type { FileWrite, Invocation, Program, Reading } from '../shell/model.ts'
import { directionsIn } from './directions.ts'
import { hiddenText } from './hidden-text.ts'
import { type AgentFile, agentFile } from './places.ts'
import { settingFacts } from './settings.ts'

const NAME = 'instructions'

/** Writes into what coding agents read at every start, or obey: instruction files, memories and their own settings. */
export const instructions: CommandDetector = {
  name: NAME,
  inspect: (reading) =>
    together(
      ofEach(reading.writes, written, reading),
      ofEach(reading.invocations, ofPlacers, reading),
      ofEach(reading.programs, byProgram, reading),
    ),
}

const kinds: Readonly<Record<AgentFile, Finding>> = {
  instructions: finding(
    NAME,
    'instruct.file',
    'medium',
    'writes instructions that an agent reads at every start',
  ),
  memory: finding(NAME, 'instruct.memory', 'low', 'writes what an agent remembers'),
  settings: finding(NAME, 'instruct.settings', 'medium', "writes an agent's own settings"),
}

const hiddenWords = {
  reordered: 'shows its text in another order than it is read',
  tagged: 'carries text in characters that show nothing',
  invisible: 'holds characters that show nothing',
} as const

function written({ path, text }: FileWrite): readonly Finding[] {
  const kind = agentFile(path)
  if (kind === undefined) return none
  const base = { ...kinds[kind], summary: `${kinds[kind].summary}: ${shown(path)}` }
  if (text === undefined) return [base]
  const hidden = hiddenText(text)
  const seen = [
    ...(hidden === undefined ? [] : [finding(NAME, 'instruct.hidden-text', 'high', hiddenWords[hidden])]),
    ...(kind === 'settings' ? settingFacts(path, text) : directionsIn(text)).map(({ fact, severity, what }) =>
      finding(NAME, fact, severity, `${shown(path)} ${what}`),
    ),
  ]
  return [base, ...seen]
}

const writesInCode =
  /["'](w|a|w\+|a\+)["']|\b(write_text|writeFile\w*|appendFile\w*|file_put_contents|Set-Content|Out-File)\b/

/** A line of another language that opens an agent's settings to write. */
function byProgram({ code, language }: Program): readonly Finding[] {
  if (!writesInCode.test(code)) return []
  const path = pathLiterals(code).find((each) => agentFile(each) === 'settings')
  return path === undefined
    ? []
    : [{ ...kinds.settings, summary: `a ${language} program writes an agent's own settings: ${shown(path)}` }]
}

/** Text that nobody here has read, put where an agent will obey it. */
function placed(invocation: Invocation, reading: Reading): readonly Finding[] {
  const { name, args } = invocation
  if (!placers.has(name)) return unconcerned
  const target = targetOf(name, args)
  const kind = target === undefined ? undefined : agentFile(target)
  if (target === undefined || kind === undefined) return none
  if (reading.writes.some(({ path }) => path === target)) return []
  return /^(?:curl|wget)$/.test(name)
    ? [finding(NAME, 'instruct.fetched', 'high', `fetches ${shown(target)} from elsewhere`)]
    : [finding(NAME, kinds[kind].fact, kinds[kind].severity, `${kinds[kind].summary}: ${shown(target)}`)]
}

const placers = new Set('cp mv install ln sed perl curl wget'.split(' '))
const ofPlacers = looksByName(placed)

function targetOf(name: string, args: readonly string[]): string | undefined {
  switch (name) {
    case 'cp':
    case 'mv':
    case 'install':
    case 'ln':
      return args.length > 1 ? args.at(-1) : undefined
    case 'sed':
    case 'perl':
      return args.some((arg) => /^-\w*i|^--in-place/.test(arg)) ? args.at(-1) : undefined
    case 'curl':
    case 'wget': {
      const at = args.findIndex((arg) => /^(?:-o|-O|--output|--output-document)$/.test(arg))
      return at < 0 ? undefined : args[at + 1]
    }
    default:
      return undefined
  }
}
