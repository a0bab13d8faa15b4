import type { TableEvent } from '../../gate/decide/system/table.ts'
import type { StoryStep } from './story.ts'

// A trace as a sequence diagram: who did what to whom, top to bottom.

type Arrow = { readonly from: string; readonly to: string; readonly text: string }

const PERSON = 'person'

/** Arguments are worth a letter only where somebody approved some. */
function arrowsOf(steps: readonly StoryStep[]): readonly Arrow[] {
  const asked = new Set(steps.flatMap(({ event }) => (event.kind === 'approve' ? [event.tool] : [])))
  return steps.map(({ event }) => arrowOf(event, asked))
}

function arrowOf(event: TableEvent, asked: ReadonlySet<string>): Arrow {
  switch (event.kind) {
    case 'call':
      return {
        from: event.agent,
        to: event.tool,
        text: `calls${asked.has(event.tool) ? slotText(event.slot) : ''}`,
      }
    case 'approve':
      return { from: PERSON, to: event.agent, text: `approves ${event.tool}${slotText(event.slot)}` }
    case 'expire':
      return { from: PERSON, to: event.agent, text: `approval of ${event.tool} ends` }
    case 'message':
      return { from: event.from, to: event.to, text: 'message' }
    case 'delegate':
      return { from: event.from, to: event.to, text: `passes on ${event.tool}` }
    case 'revoke':
      return { from: PERSON, to: event.agent, text: 'revokes' }
  }
}

function slotText(slot: number): string {
  return ` (${String.fromCharCode(65 + slot)})`
}

function partiesOf(arrows: readonly Arrow[]): readonly string[] {
  return [...new Set(arrows.flatMap(({ from, to }) => [from, to]))]
}

export function mermaid(steps: readonly StoryStep[]): string {
  const arrows = arrowsOf(steps)
  const parties = partiesOf(arrows)
  const id = (party: string) => `p${parties.indexOf(party)}`
  return [
    'sequenceDiagram',
    ...parties.map((party) =>
      party === PERSON ? `  actor ${id(party)} as ${party}` : `  participant ${id(party)} as ${party}`,
    ),
    ...arrows.map(
      ({ from, to, text }, at) =>
        `  ${id(from)}${at === arrows.length - 1 ? '-x' : '->>'}${id(to)}: ${at + 1}. ${text}`,
    ),
    '',
  ].join('\n')
}

const COLUMN = 190
const ROW = 46
const TOP = 84
const MARGIN = 30
const LABEL_HEIGHT = 30
const CHARACTER = 7.2

/** A picture that stands for itself: no script, no font but the reader's own. The last step, which must not be, is red. */
export function svg(title: string, steps: readonly StoryStep[]): string {
  const arrows = arrowsOf(steps)
  const parties = partiesOf(arrows)
  const width = Math.max(parties.length * COLUMN, title.length * CHARACTER) + 2 * MARGIN
  const height = TOP + LABEL_HEIGHT + arrows.length * ROW + MARGIN
  const x = (party: string) => MARGIN + COLUMN / 2 + parties.indexOf(party) * COLUMN
  const heads = parties.flatMap((party) => {
    const wide = Math.min(COLUMN - 16, Math.max(70, party.length * CHARACTER + 20))
    return [
      `<line x1="${x(party)}" y1="${TOP}" x2="${x(party)}" y2="${height - MARGIN / 2}" stroke="#b8bec8"/>`,
      `<rect x="${x(party) - wide / 2}" y="${TOP - LABEL_HEIGHT}" width="${wide}" height="${LABEL_HEIGHT}" rx="5" fill="#eef1f6" stroke="#8a94a6"/>`,
      `<text x="${x(party)}" y="${TOP - 10}" text-anchor="middle">${escaped(party)}</text>`,
    ]
  })
  const lines = arrows.flatMap(({ from, to, text }, at) => {
    const y = TOP + LABEL_HEIGHT + at * ROW
    const isLast = at === arrows.length - 1
    const colour = isLast ? '#b42318' : '#344054'
    const [left, right] = [x(from), x(to)]
    const tip = right > left ? right - 8 : right + 8
    return [
      `<line x1="${left}" y1="${y}" x2="${right}" y2="${y}" stroke="${colour}" stroke-width="${isLast ? 2 : 1.3}"/>`,
      `<path d="M${tip} ${y - 5} L${right} ${y} L${tip} ${y + 5}" fill="none" stroke="${colour}" stroke-width="1.5"/>`,
      `<text x="${(left + right) / 2}" y="${y - 7}" text-anchor="middle" fill="${colour}">${at + 1}. ${escaped(text)}</text>`,
    ]
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${Math.ceil(width)}" height="${height}" viewBox="0 0 ${Math.ceil(width)} ${height}" font-family="system-ui, sans-serif" font-size="13">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    `<text x="${MARGIN}" y="28" font-size="15" font-weight="600">${escaped(title)}</text>`,
    ...heads,
    ...lines,
    '</svg>',
    '',
  ].join('\n')
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
