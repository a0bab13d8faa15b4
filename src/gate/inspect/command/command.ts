import type { CommandAct } from '../../act.ts'
import type { Finding } from '../../finding.ts'
import { credentialRead } from './credential-read/credential-read.ts'
import { destruction } from './destruction/destruction.ts'
import { type CommandDetector, finding } from './detector.ts'
import { hiding } from './hiding/hiding.ts'
import { persistence } from './persistence/persistence.ts'
import { readProgram } from './program/program.ts'
import { remoteCode } from './remote-code/remote-code.ts'
import { remoteShell } from './remote-shell/remote-shell.ts'
import type { Reading } from './shell/model.ts'
import { readShell } from './shell/reader.ts'
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
]

/** What one shell text would do, as findings. Runs nothing and waits for nothing. */
export function inspectCommand(
  act: Pick<CommandAct, 'command'>,
  isOn: (detector: string) => boolean,
): Finding[] {
  const reading = readCommand(act.command)
  const findings = new Map<string, Finding>()
  for (const detector of commandDetectors) {
    if (!isOn(detector.name)) continue
    for (const each of inspectSafely(detector, reading)) {
      if (!findings.has(each.fact)) findings.set(each.fact, each)
    }
  }
  if (reading.isTruncated)
    findings.set(
      'shell.unread',
      finding('shell', 'shell.unread', 'high', 'too long or too deep to be read whole'),
    )
  return [...findings.values()]
}

/** A detector that fails is a finding, never a hole. */
function inspectSafely(detector: CommandDetector, reading: Reading): readonly Finding[] {
  try {
    return detector.inspect(reading)
  } catch {
    return [finding(detector.name, 'detector-failed', 'high', `${detector.name} failed on this command`)]
  }
}

/** Words that only programs in other languages hold. One look decides whether the text is read as such. */
const programHint =
  /socket|Socket|TCPClient|TcpClient|fsockopen|net\.Dial|require\(|child_process|Runtime|ProcessBuilder|Invoke-Expression|DownloadString|\$_(GET|POST|REQUEST)|\biex\b|IEX/

export function readCommand(command: string): Reading {
  const reading = readShell(command, readProgram)
  // Some doors carry code of other languages as a "command": what no shell could parse is read as a program.
  if (reading.hasSyntaxError && programHint.test(command)) {
    const language = /\$\w+\s*=|New-Object|\biex\b|IEX/.test(command) ? 'powershell' : 'any'
    reading.programs.push({
      language,
      code: command,
      facts: readProgram(language, command),
      by: undefined,
      decoding: [],
    })
  }
  return reading
}
