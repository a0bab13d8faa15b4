import type { Command, CommandEntry, CommandOption } from './command.ts'
import type { Screen } from './render/screen.ts'
import { wrapped } from './render/visible.ts'

const INTRODUCTION = `Portcullis stands in front of AI models and AI agents. It finds accounts that act as one to copy a
model, stops what an agent must not do, and proves what its policies allow.`

const START = [
  ['portcullis demo', 'campaigns found in made-up traffic'],
  ['portcullis hunt logs/*.gz', 'the same on your own logs'],
  ['portcullis COMMAND --help', 'options and examples of one command'],
] as const

/** Longer lines of prose are hard to read, however wide the terminal is. */
const PROSE_COLUMNS_MAX = 100
/** What stands left of a list is given this much; what is longer has a line of its own. */
const TERM_CELLS_MAX = 26

export function overview(commands: readonly CommandEntry[], version: string, screen: Screen): string {
  const { paint } = screen
  const groups = [...Map.groupBy(commands, ({ group }) => group)]
  const width = Math.max(...commands.map(({ name }) => name.length))
  const lists = groups.map(([group, members]) => [
    paint('bold', group),
    ...rows(
      members.map(({ name, summary }) => [name, summary]),
      width,
      screen,
    ),
  ])
  const sections = [
    [`${paint('bold', 'portcullis')} ${version}`],
    prose(INTRODUCTION, screen),
    [paint('bold', 'Usage'), '  portcullis COMMAND [OPTIONS]'],
    ...lists,
    [paint('bold', 'Start here'), ...rows(START, TERM_CELLS_MAX, screen)],
  ]
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

export function commandHelp(name: string, summary: string, command: Command, screen: Screen): string {
  const { paint } = screen
  const options = Object.entries(command.options).map(
    ([option, about]) => [flagsOf(option, about), about.summary] as const,
  )
  const usage = wrapped(`portcullis ${name} ${command.usage}`, columnsOf(screen) - 6)
  const words = `portcullis ${name}`
  const [first = '', ...rest] = wrapped(`${words} — ${summary}`, columnsOf(screen))
  const title = paint('bold', words) + first.slice(words.length)
  const sections = [
    [title, ...rest],
    [paint('bold', 'Usage'), ...usage.map((line, at) => (at === 0 ? `  ${line}` : `      ${line}`))],
    prose(command.description, screen),
  ]
  if (options.length > 0) {
    const width = Math.min(TERM_CELLS_MAX, Math.max(...options.map(([flags]) => flags.length)))
    sections.push([paint('bold', 'Options'), ...rows(options, width, screen)])
  }
  const examples = command.examples.flatMap(([line, meaning]) => [`  ${line}`, `      ${meaning}`])
  if (examples.length > 0) sections.push([paint('bold', 'Examples'), ...examples])
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

function flagsOf(option: string, { short, value, isOnByDefault }: CommandOption): string {
  const flag = isOnByDefault ? `--no-${option}` : `--${option}`
  return `${short ? `-${short}, ` : '    '}${flag}${value ? ` ${value}` : ''}`
}

/** Paragraphs, separated by an empty line; other line ends of the source mean nothing. */
function prose(text: string, screen: Screen): string[] {
  return text
    .split(/\n{2,}/)
    .flatMap((paragraph, at) => [...(at === 0 ? [] : ['']), ...wrapped(paragraph, columnsOf(screen))])
}

function rows(
  list: readonly (readonly [term: string, meaning: string])[],
  width: number,
  screen: Screen,
): string[] {
  const indent = ' '.repeat(width + 4)
  return list.flatMap(([term, meaning]) => {
    const lines = wrapped(meaning, columnsOf(screen) - indent.length).map((line) => indent + line)
    const first = `  ${screen.paint('bold', term.padEnd(width))}`
    if (term.length > width) return [first, ...lines]
    return [`${first}  ${lines[0]?.slice(indent.length) ?? ''}`, ...lines.slice(1)]
  })
}

function columnsOf({ columns }: Screen): number {
  return Math.min(columns, PROSE_COLUMNS_MAX)
}
