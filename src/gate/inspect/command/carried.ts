import type { CallAct, JsonValue } from '../../act.ts'
import type { Finding } from '../../finding.ts'
import { inspectCommand, inspectWrite } from './command.ts'

const commandField = /^(command|cmd|command_?line|shell_?command|bash_?command|script|shell|bash)$/i
const shellTool =
  /(^|[_.:-])(bash|sh|shell|terminal|exec|execute|run|command|cmd|powershell)([_.:-]|$)|(run|exec|execute|shell)(Command|Shell|Bash)/i
const codeField = /^(code|input|args|arguments)$/i
const pathField = /^(path|file_?path|file_?name|filename|file|target|destination)$/i
const textField = /^(content|contents|text|data|body|new_?string|file_?text|new_?str)$/i

/** Tools that run shell text or write files: what a call carries is judged as the command or the file it is. */
export function inspectCarried(act: CallAct, isOn: (detector: string) => boolean): readonly Finding[] {
  const entries = Object.entries(act.arguments)
  const findings: Finding[] = []
  for (const [field, value] of entries) {
    if (!commandField.test(field) && !(shellTool.test(act.tool) && codeField.test(field))) continue
    const command = asCommand(value)
    if (command !== undefined) findings.push(...inspectCommand({ command }, isOn))
  }
  const path = entries.find(([field, value]) => pathField.test(field) && typeof value === 'string')?.[1]
  const text = entries.find(([field, value]) => textField.test(field) && typeof value === 'string')?.[1]
  if (typeof path === 'string' && typeof text === 'string')
    findings.push(...inspectWrite({ path, text }, isOn))
  return findings
}

/** A text, or a program and its words as a list. */
function asCommand(value: JsonValue): string | undefined {
  if (typeof value === 'string') return value
  if (!Array.isArray(value)) return undefined
  const words = (value as readonly JsonValue[]).filter((word) => typeof word === 'string')
  return words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
}
