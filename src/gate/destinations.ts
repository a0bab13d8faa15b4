import type { JsonValue, JudgedAct } from './act.ts'

/** Hosts that one act may name; more are counted as one. */
export const DESTINATIONS_MAX = 20
/** A longer text is looked through at its beginning. */
export const TEXT_CHARACTERS_MAX = 65_536
const LEAVES_MAX = 500
/** A host that a place can be: names with a dot, or an address. */
const hostInText =
  /(?:\b[a-z][a-z0-9+.-]{1,15}:\/\/(?:[^\s/@"'<>]{1,200}@)?|[\w.+-]{1,64}@)(\[[0-9a-f:.]{2,45}\]|[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,8})/gi

/**
 * Where an act says it goes: hosts of addresses, domains of mail addresses, the hosts of `user@host`. As written: a
 * name is not looked up, and what a program works out for itself is not seen.
 */
export function destinationsOf(act: JudgedAct): readonly string[] {
  if (act.kind === 'result') return []
  const found = new Set<string>()
  for (const text of textsOf(act)) addHosts(text, found)
  return [...found]
}

export function hostsIn(text: string): readonly string[] {
  const found = new Set<string>()
  addHosts(text, found)
  return [...found]
}

function addHosts(text: string, found: Set<string>): void {
  if (!text.includes('@') && !text.includes('://')) return
  for (const match of text.slice(0, TEXT_CHARACTERS_MAX).matchAll(hostInText)) {
    if (found.size >= DESTINATIONS_MAX) return
    found.add((match[1] ?? '').toLowerCase())
  }
}

function textsOf(act: Exclude<JudgedAct, { kind: 'result' }>): readonly string[] {
  switch (act.kind) {
    case 'call': {
      const texts: string[] = []
      collect(act.arguments, texts)
      return texts
    }
    case 'command':
      return [act.command]
    case 'message':
      return [`agent://${act.to.replace(/[^\w.-]/g, '-')}`]
    // What a file says goes nowhere by being written.
    case 'write':
      return []
  }
}

function collect(value: JsonValue, into: string[]): void {
  if (into.length >= LEAVES_MAX) return
  if (typeof value === 'string') into.push(value)
  else if (typeof value === 'object' && value !== null)
    for (const inner of Object.values(value)) collect(inner, into)
}
