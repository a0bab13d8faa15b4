import type { Finding, Severity } from '../../finding.ts'
import type { Reading } from './shell/model.ts'

/** Looks at what a command would do and says what it saw; it never decides. */
export type CommandDetector = {
  readonly name: string
  readonly inspect: (reading: Reading) => readonly Finding[]
}

export function finding(detector: string, fact: string, severity: Severity, summary: string): Finding {
  return { detector, fact, severity, summary }
}

const SUMMARY_WORD_CHARACTERS_MAX = 60

/** A word from the command, short enough for a summary. The command is not trusted: control characters go. */
export function shown(word: string): string {
  const clean = word.replace(/[^\x20-\x7e]/g, '�')
  return clean.length > SUMMARY_WORD_CHARACTERS_MAX
    ? `${clean.slice(0, SUMMARY_WORD_CHARACTERS_MAX)}…`
    : clean
}
