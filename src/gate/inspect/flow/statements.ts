// What statements of SQL in a call's arguments do, and to which tables.
import type { Effect } from './effects.ts'
import { nameWords } from './effects.ts'
import type { Value } from './values.ts'

/** A statement's effect and the tables, schemas or users it acts on, in lower case. */
export type Statement = {
  readonly effect: Effect
  readonly targets: readonly string[]
  /** It spares no row. */
  readonly isWhole: boolean
}

const STATEMENTS_MAX = 50
const CHARACTERS_MAX = 20_000
const name =
  '((?:[\\w$]+|"[^"]+"|`[^`]+`|\\[[^\\]]+\\])(?:\\.(?:[\\w$]+|"[^"]+"|`[^`]+`|\\[[^\\]]+\\])){0,2})'

const kinds: readonly (readonly [begin: RegExp, effect: Effect])[] = [
  [
    new RegExp(
      `^(?:drop|truncate)\\s+(?:(?:table|view|schema|database|index|materialized|user|role|function|only|if|exists|cascade)\\s+)*${name}`,
      'i',
    ),
    'delete',
  ],
  [new RegExp(`^delete\\s+from\\s+(?:only\\s+)?${name}`, 'i'), 'delete'],
  [new RegExp(`^(?:grant|revoke)\\s[^;]*?\\bto\\s+(?:role\\s+|user\\s+|group\\s+)?${name}`, 'i'), 'identity'],
  [
    new RegExp(
      `^(?:create|alter)\\s+(?:or\\s+replace\\s+)?(?:user|role|login)\\s+(?:if\\s+not\\s+exists\\s+)?${name}`,
      'i',
    ),
    'identity',
  ],
  [/^(?:copy|unload)\s[^;]*?\bto\b/i, 'message'],
  [new RegExp(`^(?:update)\\s+(?:only\\s+)?${name}`, 'i'), 'change'],
  [new RegExp(`^alter\\s+\\w+\\s+(?:if\\s+exists\\s+)?${name}`, 'i'), 'change'],
  [new RegExp(`^(?:insert\\s+into|merge\\s+into|replace\\s+into)\\s+${name}`, 'i'), 'create'],
  [
    new RegExp(
      `^create\\s+(?:or\\s+replace\\s+)?(?:temp(?:orary)?\\s+)?(?:table|view|materialized\\s+view|index|schema|database)\\s+(?:if\\s+not\\s+exists\\s+)?${name}`,
      'i',
    ),
    'create',
  ],
  [/^(?:select|show|describe|explain|with|values|pragma|use|set|begin|commit|analyze)\b/i, 'look'],
]
const field = /^(?:sql|query|statements?|command|code|script|text|q)$/i
const tool = /sql|query|database|db|postgres|mysql|sqlite|snowflake|bigquery|redshift|duckdb/i

/** Nothing where a call carries no SQL. */
export function statementsIn(toolName: string, values: readonly Value[]): readonly Statement[] {
  const carrying = values.filter(
    (value) =>
      field.test(value.field) && /\s/.test(value.text) && (tool.test(toolName) || /^sql$/i.test(value.field)),
  )
  if (carrying.length === 0 || !nameWords(toolName).length) return []
  return carrying.flatMap(({ text }) => {
    const bare = text
      .slice(0, CHARACTERS_MAX)
      .replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, ' ')
      .replace(/'(?:[^']|'')*'/g, "''")
    return bare
      .split(';')
      .slice(0, STATEMENTS_MAX)
      .flatMap((part): readonly Statement[] => {
        const found = readStatement(part.trim())
        return found === undefined ? [] : [found]
      })
  })
}

function readStatement(text: string): Statement | undefined {
  for (const [begin, effect] of kinds) {
    const match = begin.exec(text)
    if (match === null) continue
    const target = match[1]?.replace(/["`[\]]/g, '').toLowerCase()
    const isWhole = effect === 'delete' && /^(?:delete|truncate)/i.test(text) && !/\bwhere\b/i.test(text)
    return { effect, targets: target === undefined ? [] : [target], isWhole }
  }
  return undefined
}
