import type { Finding } from '../../finding.ts'

export type NamedTool = { readonly server: string; readonly name: string; readonly digest: string }

/** Letters of other alphabets that look like Latin ones, by what they look like. */
const twins: Readonly<Record<string, string>> = {
  а: 'a',
  в: 'b',
  с: 'c',
  ԁ: 'd',
  е: 'e',
  һ: 'h',
  н: 'h',
  і: 'i',
  ј: 'j',
  к: 'k',
  ӏ: 'l',
  м: 'm',
  п: 'n',
  о: 'o',
  р: 'p',
  ԛ: 'q',
  г: 'r',
  ѕ: 's',
  т: 't',
  ц: 'u',
  ѵ: 'v',
  ԝ: 'w',
  х: 'x',
  у: 'y',
  α: 'a',
  β: 'b',
  ε: 'e',
  η: 'n',
  ι: 'i',
  κ: 'k',
  ν: 'v',
  ο: 'o',
  ρ: 'p',
  τ: 't',
  υ: 'u',
  χ: 'x',
  γ: 'y',
  ı: 'i',
  ɡ: 'g',
  ո: 'n',
  ս: 'u',
  օ: 'o',
}
const NAMES_MAX = 20_000

/** Two names with one skeleton are easily taken for one another. */
export function skeletonOf(name: string): string {
  const folded = name.normalize('NFKC').toLowerCase()
  return Array.from(folded, (letter) => twins[letter] ?? letter)
    .join('')
    .replace(/[^\p{L}\p{N}]/gu, '')
    .replaceAll('0', 'o')
    .replaceAll('1', 'l')
    .replaceAll('i', 'l')
}

/**
 * Whether a tool takes a name that a tool of another server has, or one that looks like it. The same definition twice
 * is one server reached in two ways.
 */
export function inspectName(tool: NamedTool, others: readonly NamedTool[]): readonly Finding[] {
  const findings: Finding[] = []
  const skeleton = skeletonOf(tool.name)
  const isForeign = /[^\x20-\x7e]/.test(tool.name)
  for (const other of others.slice(0, NAMES_MAX)) {
    const isSameServer = other.server === tool.server
    if (other.digest === tool.digest && !isSameServer && other.name === tool.name) continue
    if (other.name === tool.name) {
      if (isSameServer) continue
      findings.push({
        detector: 'offer',
        fact: 'tool.shadowed',
        severity: 'medium',
        summary: `${tool.server} offers a tool by the name that ${other.server} has in use: ${tool.name.slice(0, 80)}`,
      })
    } else if (skeletonOf(other.name) === skeleton)
      findings.push({
        detector: 'offer',
        fact: 'tool.lookalike',
        // Another alphabet in a name is no accident; another way to write its words may be.
        severity: isForeign ? 'high' : isSameServer ? 'info' : 'low',
        summary: `a tool of ${tool.server} looks like ${other.name.slice(0, 80)} of ${other.server}`,
      })
    if (findings.length > 3) break
  }
  return findings
}
