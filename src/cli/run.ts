import { constants } from 'node:os'
import { parseArgs } from 'node:util'
import { nearestWord } from '../config/nearest-word.ts'
import { GateError } from '../kernel/gate-error.ts'
import { visible } from '../kernel/visible.ts'
import { type Command, type CommandEntry, type Console, type ExitCode, passedOn } from './command.ts'
import { commandHelp, overview } from './help.ts'
import { screenOf } from './render/screen.ts'
import { version } from './version.ts'

/** Runs one command line. Every expected failure ends here as one coded line on standard error and an exit code. */
export async function run(
  commands: readonly CommandEntry[],
  argv: readonly string[],
  console: Console,
): Promise<ExitCode> {
  const [name, ...rest] = argv
  if (name === '--version' || name === '-V') return print(console, `${version()}\n`)
  const topic = name === 'help' ? rest[0] : undefined
  if (name === undefined || name === '--help' || name === '-h' || (name === 'help' && topic === undefined))
    return print(console, overview(commands, version(), screenOf(console)))
  try {
    const entry = entryNamed(commands, topic ?? name)
    const command = await entry.load()
    if (topic !== undefined || wantsHelp(rest))
      return print(console, commandHelp(entry.name, entry.summary, command, screenOf(console)))
    const { values, positionals, tokens } = parseCommandLine(name, rest, command)
    const dashes = tokens.findIndex(({ kind }) => kind === 'option-terminator')
    const behindDashes = dashes < 0 ? [] : positionals.slice(dashes - tokens.length + 1 || positionals.length)
    return await command.run(positionals, values, console, behindDashes)
  } catch (error) {
    if (error instanceof GateError) return complain(console, error.code, error.message)
    if (error instanceof Error && error.name === 'AbortError' && console.signal.aborted)
      return stopped(console)
    if (isRefusedBySystem(error)) return complain(console, 'system-refused', refusalText(error))
    console.stderr.write(`portcullis: ${error instanceof Error ? error.stack : String(error)}\n`)
    console.stderr.write('This is a bug in Portcullis. Please report it with the lines above.\n')
    return 70
  }
}

/** Its user wanted it to stop: no error of ours, and told as a shell tells it of any program. */
function stopped({ stderr, signal }: Console): ExitCode {
  const name = signal.reason instanceof Error ? signal.reason.message : ''
  // A line that is redrawn is cleared, not written into.
  stderr.write(`${stderr.isTTY ? '\r\u001b[K' : ''}portcullis: stopped\n`)
  return passedOn(128 + (name === 'SIGTERM' ? constants.signals.SIGTERM : constants.signals.SIGINT))
}

/** A file or a socket that the operating system would not let us have: the world's fault or the user's, not ours. */
function isRefusedBySystem(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error
}

const refusals: Readonly<Record<string, string>> = {
  EACCES: 'this user may not: name another place, or run it as a user who may',
  EPERM: 'this user may not: name another place, or run it as a user who may',
  EROFS: 'nothing can be written there: name another place',
  EEXIST: 'a file stands where a folder has to be: name another place',
  ENOTDIR: 'a file stands where a folder has to be: name another place',
  ENOENT: 'a folder of this path is not there: make it first',
  ENOSPC: 'the disk is full',
}

/** What the system said, with the file it was about, and what may be done. */
function refusalText({ code = '', message }: NodeJS.ErrnoException): string {
  const advice = refusals[code]
  return advice === undefined ? message : `${message}; ${advice}`
}

function entryNamed(commands: readonly CommandEntry[], name: string): CommandEntry {
  const entry = commands.find((command) => command.name === name)
  if (entry !== undefined) return entry
  const isOption = name.startsWith('-')
  const known = isOption ? ['--help', '--version'] : commands.map((command) => command.name)
  const near = nearestWord(name, known) ?? (isOption ? undefined : known.find((one) => one.startsWith(name)))
  const hint = near === undefined ? '' : ` Did you mean ${near}?`
  const what = isOption ? 'option' : 'command'
  throw new GateError('usage', `There is no ${what} '${name}'.${hint} \`portcullis --help\` lists them.`)
}

function parseCommandLine(name: string, args: readonly string[], { options, wordsMax }: Command) {
  const parsed = parsedOrReason([...args], options)
  if (typeof parsed === 'string')
    throw new GateError('usage', `${parsed}. See \`portcullis ${name} --help\`.`)
  const surplus = parsed.positionals[wordsMax]
  if (surplus !== undefined)
    throw new GateError('usage', `'${surplus}' is one word too many. See \`portcullis ${name} --help\`.`)
  return parsed
}

function parsedOrReason(args: string[], options: Command['options']) {
  try {
    return parseArgs({ args, options, allowPositionals: true, allowNegative: true, tokens: true })
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    const reason = said.split(/\.?\n|\. /)[0] ?? said
    const valued = /^Option '(?:-\w, )?--(\S+).*' (argument|does not)/.exec(reason)
    if (valued?.[2] === 'argument')
      return `--${valued[1]} wants ${options[valued[1] ?? '']?.value ?? 'a value'}`
    if (valued !== null) return `--${valued[1]} takes no value`
    const typed = /^Unknown option '--([^']+)'/.exec(reason)?.[1]
    const near = typed === undefined ? undefined : nearestWord(typed, Object.keys(options))
    return near === undefined ? reason : `${reason}, which may mean --${near}`
  }
}

function wantsHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  const own = end < 0 ? args : args.slice(0, end)
  return own.includes('--help') || own.includes('-h')
}

function print(console: Console, text: string): ExitCode {
  console.stdout.write(text)
  return 0
}

/** A message may repeat what a file or a name says: nothing of that may steer the terminal. */
function complain(console: Console, code: string, message: string): ExitCode {
  console.stderr.write(`portcullis: ${code}: ${message.split('\n').map(visible).join('\n')}\n`)
  return 2
}
