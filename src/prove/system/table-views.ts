import type { SystemTool } from '../../gate/decide/system/system.ts'
import type { SystemTable } from '../../gate/decide/system/table.ts'

// Ways to look at a table that several properties share.

type CallRow = {
  readonly row: number
  readonly agent: string
  readonly tool: SystemTool
  readonly slot: number
}

/** Every way any agent can call any tool. */
export function* callRows(table: SystemTable): Generator<CallRow> {
  const tools = new Map(table.system.tools.map((tool) => [tool.name, tool]))
  for (const [row, { event }] of table.rows.entries()) {
    const happening = table.events[event]
    if (happening?.kind !== 'call') continue
    const tool = tools.get(happening.tool)
    if (tool !== undefined) yield { row, agent: happening.agent, tool, slot: happening.slot }
  }
}

/** `a, b or c` */
export function list(names: readonly string[], word: 'and' | 'or'): string {
  const last = names.at(-1)
  return names.length < 2 ? (last ?? '') : `${names.slice(0, -1).join(', ')} ${word} ${last}`
}
