import { Remembered } from '../../../kernel/remembered.ts'
import type { CommandAct } from '../../act.ts'
import type { Finding } from '../../finding.ts'
import { inspectCommand } from './command.ts'

/** Agents run the same commands again and again: tests, status, listings. With two generations at most 32 MB are kept. */
const limits = { entriesMax: 4_096, charactersMax: 2_048 }

/** What commands came to before. Findings hang on the text and on which detectors are on, and on nothing else. */
export class RememberedCommands {
  readonly #known = new Remembered<readonly Finding[]>(limits)
  readonly #inspect: (command: string) => readonly Finding[]

  constructor(isOn: (detector: string) => boolean) {
    this.#inspect = (command) => inspectCommand({ command }, isOn)
  }

  inspect({ command }: Pick<CommandAct, 'command'>): readonly Finding[] {
    return this.#known.of(command, this.#inspect, isWhole)
  }
}

/** What failed may have failed for want of memory or stack, and is tried again. */
function isWhole(findings: readonly Finding[]): boolean {
  return !findings.some(({ fact }) => fact === 'detector-failed')
}
