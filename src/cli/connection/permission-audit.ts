import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { settingFacts, wideRules } from '../../gate/inspect/command/instructions/settings.ts'

/** A settings file of a coding agent and what it lets through unasked. */
export type Audit = {
  readonly file: string
  readonly rules: readonly (readonly [rule: string, why: string])[]
  /** Other things a settings file should not say, in words. */
  readonly others: readonly string[]
}

const CHARACTERS_MAX = 1_048_576

/** The settings of coding agents on this machine and in this project that allow too much. Reads, and changes nothing. */
export function auditPermissions(home: string, cwd: string): readonly Audit[] {
  const files = new Set([
    '/etc/claude-code/managed-settings.json',
    ...[home, cwd].flatMap((folder) => [
      join(folder, '.claude', 'settings.json'),
      join(folder, '.claude', 'settings.local.json'),
      join(folder, '.gemini', 'settings.json'),
      join(folder, '.codex', 'config.toml'),
      join(folder, '.cursor', 'cli-config.json'),
      join(folder, '.cursor', 'cli.json'),
      join(folder, '.vscode', 'settings.json'),
      join(folder, 'opencode.json'),
    ]),
  ])
  return [...files]
    .map(auditOf)
    .filter((audit) => audit !== undefined)
    .filter(({ rules, others }) => rules.length + others.length > 0)
}

function auditOf(file: string): Audit | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8').slice(0, CHARACTERS_MAX)
  } catch {
    return undefined
  }
  const rules = wideRules(file, text)
  const others = settingFacts(file, text)
    .filter(
      ({ fact }) =>
        fact === 'instruct.guard-off' || (fact === 'instruct.wide-permission' && rules.length === 0),
    )
    .map(({ what }) => what)
  return { file, rules, others }
}
