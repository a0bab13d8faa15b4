import type { Command, CompoundList, Statement, While } from 'unbash'
import type { FunctionBody } from './scope.ts'

/** `f(){ f|f& };f` and its cousins: a function that starts more than one of itself. */
export function callsItself(body: FunctionBody, name: string): boolean {
  const isGroup = body.type === 'BraceGroup' || body.type === 'Subshell'
  const lists = isGroup ? body.body : body.type === 'CompoundList' ? body : undefined
  if (lists === undefined) return false
  return lists.commands.some((statement) => {
    const own = commandsOf(statement).filter((each) => each.name?.value === name).length
    return own > 1 || (own === 1 && statement.background === true)
  })
}

/** `while true; do work & done`: one more in every turn, and nothing that waits for any of them. */
export function startsForever(node: While): boolean {
  const [test, ...more] = node.clause.commands
  if (test === undefined || more.length > 0) return false
  const end = node.kind === 'until' ? /^(\/usr)?(\/bin\/)?false$/ : /^((\/usr)?(\/bin\/)?true|:)$/
  const [command] = commandsOf(test)
  const isEndless = command === undefined ? false : end.test(command.name?.value ?? '')
  return isEndless && startsMore(node.body)
}

const waits = /^(wait|sleep|read|fg|inotifywait|pause|usleep|select|nc|ncat|socat|exit|break|return)$/

export function startsMore(body: CompoundList): boolean {
  const isStarting = body.commands.some((statement) => statement.background === true)
  if (!isStarting) return false
  return !body.commands.some(
    (statement) =>
      statement.background !== true &&
      commandsOf(statement).some((each) => waits.test(each.name?.value ?? '')),
  )
}

function commandsOf({ command }: Statement): readonly Command[] {
  const commands = 'commands' in command ? command.commands : [command]
  return commands.flatMap((each) => (each.type === 'Command' ? [each] : []))
}
