import type { CommandAct, WriteAct } from '../../act.ts'
import type { Finding } from '../../finding.ts'
import { credentialRead } from './credential-read/credential-read.ts'
import { destruction } from './destruction/destruction.ts'
import { type CommandDetector, finding } from './detector.ts'
import { hiding } from './hiding/hiding.ts'
import { instructions } from './instructions/instructions.ts'
import { persistence } from './persistence/persistence.ts'
import { plainPath } from './plain-path.ts'
import { readProgram } from './program/program.ts'
import { remoteCode } from './remote-code/remote-code.ts'
import { remoteShell } from './remote-shell/remote-shell.ts'
import { readLater } from './shell/later.ts'
import type { Reading } from './shell/model.ts'
import { ScriptReader } from './shell/reader.ts'
import { newScope, startOf } from './shell/scope.ts'
import { spraying } from './spraying/spraying.ts'
import { tunnel } from './tunnel/tunnel.ts'
import { upload } from './upload/upload.ts'

/** Every detector of shell commands. A new one is a folder and a line here. */
export const commandDetectors: readonly CommandDetector[] = [
  remoteShell,
  remoteCode,
  destruction,
  credentialRead,
  upload,
  persistence,
  tunnel,
  hiding,
  spraying,
  instructions,
]

/** What one shell text would do, as findings. Runs nothing and waits for nothing. */
export function inspectCommand(
  act: Pick<CommandAct, 'command'>,
  isOn: (detector: string) => boolean,
): Finding[] {
  return inspectReading(readCommand(act.command), isOn)
}

function inspectReading(reading: Reading, isOn: (detector: string) => boolean): Finding[] {
  let findings: Map<string, Finding> | undefined
  for (const detector of commandDetectors) {
    if (!isOn(detector.name)) continue
    for (const each of inspectSafely(detector, reading)) {
      findings ??= new Map()
      if (!findings.has(each.fact)) findings.set(each.fact, each)
    }
  }
  if (reading.isTruncated) {
    findings ??= new Map()
    findings.set(
      'shell.unread',
      finding('shell', 'shell.unread', 'high', 'too long or too deep to be read whole'),
    )
  }
  return findings === undefined ? [] : [...findings.values()]
}

/** What a file about to be written would do, when it is run by itself or by a start of the machine. */
export function inspectWrite(
  written: Pick<WriteAct, 'path' | 'text'>,
  isOn: (detector: string) => boolean,
): Finding[] {
  const act = { path: plainPath(written.path), text: written.text }
  const reader = new ScriptReader(readProgram)
  reader.reading.writes.push({ path: act.path, text: act.text, isAppended: false, by: undefined })
  const language = /\.(php\d?|phtml|jspx?|aspx?)$/i.test(act.path) ? 'php' : undefined
  if (language !== undefined)
    reader.program({ language, code: act.text, by: undefined, decoding: [] }, newScope(), startOf())
  else if (isShellFile(act)) reader.script(act.text, newScope(), startOf())
  else readLater(reader, act.path, act.text, newScope())
  return inspectReading(reader.reading, isOn)
}

function isShellFile({ path, text }: Pick<WriteAct, 'path' | 'text'>): boolean {
  if (/\.(ba|z|k|c)?sh$|(^|\/)\.(bashrc|bash_profile|profile|zshrc|zshenv|envrc)$/.test(path)) return true
  return /^#!\s*\S*\/(env\s+)?(ba|z|da|k)?sh\b/.test(text)
}

/** A detector that fails is a finding, never a hole. */
function inspectSafely(detector: CommandDetector, reading: Reading): readonly Finding[] {
  try {
    return detector.inspect(reading)
  } catch {
    return [finding(detector.name, 'detector-failed', 'high', `${detector.name} failed on this command`)]
  }
}

/** What a text would do as a shell command. */
export function readCommand(command: string): Reading {
  const reader = new ScriptReader(readProgram)
  reader.script(command, newScope(), startOf())
  return reader.reading
}
