import { mermaid } from '../../prove/system/diagram.ts'
import type { PropertyVerdict, VerifyReport } from '../../prove/verify.ts'
import { wrapped } from './visible.ts'

const INDENT = '      '

/** What `verify` shows a person of one policy. */
export function verdictPage(file: string, report: VerifyReport, columns: number): string {
  const { verdicts, model, ms } = report
  const good = verdicts.filter(isProved).length
  const head = `${file}: ${good} of ${verdicts.length} properties proved in ${(ms / 1000).toFixed(2)} s, model ${model.slice(0, 12)}`
  return [head, '', ...verdicts.map((verdict) => verdictText(verdict, columns))].join('\n')
}

export function isProved({ verdict, vacuous }: PropertyVerdict): boolean {
  return (verdict === 'proved' || verdict === 'proved-bounded') && !vacuous
}

function verdictText(verdict: PropertyVerdict, columns: number): string {
  const { property, words, trace } = verdict
  const mark = isProved(verdict) ? '✓' : verdict.verdict === 'unknown' ? '?' : '✗'
  const [first = '', ...rest] = wrapped(`${property}: ${outcome(verdict)}`, columns - INDENT.length)
  const lines = [`  ${mark} ${first}`, ...rest.map((line) => `    ${line}`), ...paragraph(words, columns)]
  const red = verdict.twins.find((twin) => twin.verdict === 'violated')
  if (red !== undefined) lines.push(...paragraph(`It would break if ${red.weakening}.`, columns))
  if (verdict.vacuous)
    lines.push(
      ...paragraph(
        `Nothing tried breaks it (${verdict.twins.length} weakened systems), so it says nothing here.`,
        columns,
      ),
    )
  if (verdict.reason !== undefined) lines.push(...paragraph(verdict.reason, columns))
  if (trace !== undefined) {
    lines.push('', ...trace.map(({ step, story }) => `${INDENT}${String(step).padStart(2)}. ${story}`))
    lines.push('', ...indented(mermaid(trace)))
  }
  return `${lines.join('\n')}\n`
}

function outcome({ verdict, states, cases, vacuous, method }: PropertyVerdict): string {
  const visited = states === undefined ? '' : `, ${states.toLocaleString('en')} states`
  switch (verdict) {
    case 'proved':
      return `proved for runs of any length${vacuous ? ', but vacuous' : ''} (${method})`
    case 'proved-bounded':
      return `proved for every state of this configuration${visited}${vacuous ? ', but vacuous' : ''}`
    case 'violated':
      return `VIOLATED (${method}${visited})`
    case 'unknown':
      return `unknown (${cases} cases${visited})`
  }
}

function paragraph(text: string, columns: number): string[] {
  return wrapped(text, columns - INDENT.length).map((line) => INDENT + line)
}

function indented(text: string): string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `${INDENT}${line}`)
}
