import type { ActId, JsonObject, JsonValue, JudgedAct, SessionId } from '../../gate/act.ts'
import { listOf, objectOf, textOf } from './fields.ts'
import type { FileText, ToolUse } from './hook-event.ts'
import { patchedFiles } from './patch.ts'

export type ActNames = { readonly session: SessionId; readonly nextId: () => ActId }

/** Tools that run shell text, as the agents name them. */
const shells = new Set([
  'Bash',
  'PowerShell',
  'Monitor',
  'Shell',
  'shell',
  'local_shell',
  'exec_command',
  'run_shell_command',
  'run_terminal_cmd',
])
const speakers = new Set(['SendMessage'])

/**
 * What a use of a tool is: a command, writes of files, a message, or a call. A patch over several files is one write for each.
 * Names are matched exactly: they are the agent's own, and a tool of an MCP server with such a name comes with its server's.
 */
export function toolActs(use: ToolUse, { session, nextId }: ActNames): readonly JudgedAct[] {
  const { tool, input, cwd } = use
  const commands = shells.has(tool) ? commandsOf(input) : []
  if (commands.length > 0)
    return commands.map((command) => ({
      kind: 'command',
      id: nextId(),
      session,
      command,
      cwd: directoryOf(use),
    }))
  const writes = writesOf(use)
  if (writes.length > 0)
    return writes.flatMap(({ path, text }) =>
      // A link is written to by its own name and by the name of what it leads to.
      [whole(path, cwd), textOf(use.targets[path])].flatMap((each): JudgedAct[] =>
        each === undefined ? [] : [{ kind: 'write', id: nextId(), session, path: each, text }],
      ),
    )
  if (speakers.has(tool))
    return [
      {
        kind: 'message',
        id: nextId(),
        session,
        from: use.agent ?? 'main',
        to: textOf(input.to) ?? textOf(input.recipient) ?? '',
        text: textsIn(input, ['message', 'content']),
      },
    ]
  return [{ kind: 'call', id: nextId(), session, tool, arguments: input }]
}

/**
 * Agents differ in what they call a command, and take no notice of what they do not know: a model that writes both names chooses
 * which of the two is run, so both are judged. None where one is of no form a command has: then the whole input is.
 */
function commandsOf({ command, cmd }: JsonObject): readonly string[] {
  const given = [command, cmd].filter((each) => each !== undefined && each !== null)
  const texts = given.map(commandOf).filter((text) => text !== undefined)
  return texts.length === given.length ? texts : []
}

function commandOf(command: JsonValue): string | undefined {
  if (typeof command === 'string') return command
  const words = listOf(command)
  if (words.length === 0 || !words.every((word) => typeof word === 'string')) return undefined
  // `["bash", "-lc", "…"]` and its like: the words as a shell would write them.
  return words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
}

/** Texts under any of these names, for the same reason. */
function textsIn(input: JsonObject, names: readonly string[]): string {
  return names.flatMap((name) => textOf(input[name]) ?? []).join('\n')
}

function directoryOf({ input, cwd }: ToolUse): string {
  return textOf(input.workdir) ?? textOf(input.directory) ?? textOf(input.cwd) ?? cwd
}

function writesOf({ tool, input, file }: ToolUse): readonly FileText[] {
  const names = [input.file_path, input.absolute_path, input.path].flatMap((name) => textOf(name) ?? [])
  const paths = [...new Set(names)]
  switch (tool) {
    case 'apply_patch':
      return patchedFiles(textsIn(input, ['command', 'patch', 'input']))
    case 'NotebookEdit': {
      const notebook = textOf(input.notebook_path)
      return notebook === undefined ? [] : [{ path: notebook, text: textOf(input.new_source) ?? '' }]
    }
    case 'Write':
    case 'write_file':
      return paths.map((path) => ({ path, text: textsIn(input, ['content', 'contents']) }))
    case 'Edit':
    case 'MultiEdit':
    case 'StrReplace':
    case 'replace':
      return paths.map((path) => ({ path, text: edited(input, path, file) }))
    default:
      return []
  }
}

type Edit = { readonly from: string; readonly to: string; readonly isEverywhere: boolean }

/**
 * What an edit leaves. The whole file where it is known and judged as a whole (settings and instructions, in which a line
 * means nothing without the rest); elsewhere only what is new: what stood there before was somebody else's.
 */
function edited(input: JsonObject, path: string, file: FileText | undefined): string {
  const edits: readonly Edit[] = (Array.isArray(input.edits) ? listOf(input.edits) : [input]).map((each) => {
    const edit = objectOf(each)
    return {
      from: textOf(edit.old_string) ?? textOf(edit.old_str) ?? '',
      to: textsIn(edit, ['new_string', 'new_str']),
      isEverywhere: edit.replace_all === true,
    }
  })
  if (file === undefined || !isJudgedWhole(path)) return edits.map(({ to }) => to).join('\n')
  return edits.reduce((text, { from, to, isEverywhere }) => {
    if (from === '') return `${text}${to}`
    return isEverywhere ? text.replaceAll(from, () => to) : text.replace(from, () => to)
  }, file.text)
}

/** Settings are one structure: half of a JSON file is no JSON file. */
function isJudgedWhole(path: string): boolean {
  return /\.(json|jsonc|toml)$/i.test(path)
}

/** On Windows either stroke parts names; elsewhere a backslash is a letter of one. */
const windows = /^(?:[A-Za-z]:|\\\\)/

function whole(given: string, directory: string): string {
  const isWindows = windows.test(given) || windows.test(directory)
  const [path, cwd] = isWindows ? [strokes(given), strokes(directory)] : [given, directory]
  if (cwd === '' || /^([/~$]|[A-Za-z]:)/.test(path)) return path
  return `${cwd.replace(/\/$/, '')}/${path.replace(/^\.\//, '')}`
}

function strokes(path: string): string {
  return path.replaceAll('\\', '/')
}
