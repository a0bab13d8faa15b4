/** One line of the table that `npm run bench` prints. */
export type Figure = {
  readonly name: string
  readonly figure: string
  readonly unit: string
  /** What makes this figure again, from the root of a checkout. */
  readonly command: string
}

/** Says a figure: to the table when `npm run bench` is listening, and to the reader either way. */
export function say(figure: Figure): void {
  console.log(`  ${figure.name}: ${[figure.figure, figure.unit].join(' ').trim()}`)
  process.send?.({ kind: 'figure', figure })
}

/** Says, loudly, what was not measured and why: a missing figure must not look like a good one. */
export function skip(name: string, reason: string): void {
  console.log(`  SKIPPED ${name}: ${reason}`)
  process.send?.({ kind: 'skipped', name, reason })
}
