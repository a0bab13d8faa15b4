import { userInfo } from 'node:os'
import { GateError } from '../kernel/gate-error.ts'
import { openState } from '../store/embedded/state.ts'
import { type ToolPin, ToolPinStore } from '../store/embedded/tool-pin-store.ts'
import type { Console, ExitCode, ParsedOptions } from './command.ts'
import { existingStore } from './store-option.ts'

const NAME_WIDTH = 36
const DIGEST_CHARACTERS = 12
const digestForm = /^[\da-f]{12,64}$/

export function listTools(
  [server]: readonly string[],
  options: ParsedOptions,
  console: Console,
): Promise<ExitCode> {
  return withPins(options, console, (pins) => {
    const tools = pins.list(server)
    if (options.json === true) console.stdout.write(`${JSON.stringify(tools)}\n`)
    else if (tools.length === 0)
      console.stderr.write('No tools are pinned yet: they are when a client lists them.\n')
    else for (const tool of tools) console.stdout.write(line(tool))
    // Something waits: worth a look in a script.
    return tools.some(({ heldDigest }) => heldDigest !== undefined) ? 1 : 0
  })
}

export function approveTool(
  [server, tool, seen]: readonly string[],
  options: ParsedOptions,
  console: Console,
): Promise<ExitCode> {
  if (server === undefined || tool === undefined || (seen !== undefined && !digestForm.test(seen)))
    throw new GateError('usage', 'Say portcullis mcp approve SERVER TOOL [DIGEST], as mcp tools shows it.')
  return withPins(options, console, (pins) => {
    const waiting = pins.find(server, tool)
    const now = waiting?.heldDigest
    // Between the look and the word the server may have said something else.
    if (seen !== undefined && now?.startsWith(seen) === false) {
      console.stderr.write(
        `What waits of ${server} ${printable(tool)} is ${now.slice(0, DIGEST_CHARACTERS)} by now. Look at it again.\n`,
      )
      return 2
    }
    if (!pins.approve(server, tool, userInfo().username, console.now(), waiting?.heldDigest)) {
      console.stderr.write(`Nothing of ${server} by the name ${printable(tool)} waits for approval.\n`)
      return 2
    }
    console.stdout.write(
      `approved ${server} ${printable(tool)} as ${(waiting?.heldDigest ?? '').slice(0, DIGEST_CHARACTERS)}\n`,
    )
    return 0
  })
}

export function forgetTools(
  [server, tool]: readonly string[],
  options: ParsedOptions,
  console: Console,
): Promise<ExitCode> {
  if (server === undefined) throw new GateError('usage', 'Say portcullis mcp forget SERVER [TOOL].')
  return withPins(options, console, (pins) => {
    console.stdout.write(`forgot ${pins.forget(server, tool)}\n`)
    return 0
  })
}

async function withPins(
  options: ParsedOptions,
  console: Console,
  work: (pins: ToolPinStore) => ExitCode,
): Promise<ExitCode> {
  using state = openState(existingStore(options, console))
  return work(new ToolPinStore(state))
}

function line({ server, name, digest, heldDigest, heldReason, author }: ToolPin): string {
  const pinned = digest === undefined ? '—'.padEnd(DIGEST_CHARACTERS) : digest.slice(0, DIGEST_CHARACTERS)
  const head = `${`${server} ${printable(name)}`.padEnd(NAME_WIDTH)} ${pinned}`
  if (heldDigest === undefined) return `${head}  ${author ?? ''}\n`
  const waiting = heldDigest.slice(0, DIGEST_CHARACTERS)
  const waits = `  waits: ${waiting} (${printable(heldReason ?? '')})`
  return `${head}${waits}\n${' '.repeat(4)}portcullis mcp approve ${server} ${JSON.stringify(printable(name))} ${waiting}\n`
}

/** A server chose these words; a terminal must not obey them. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e\p{L}\p{N}]/gu, '?')
}
