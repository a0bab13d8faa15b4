export type Circle = { readonly x: number; readonly y: number; readonly r: number }

/** Room between circles, as a share of the mean radius. */
const GAP = 0.25
const STEP_ANGLE = 0.35

/**
 * Packs circles of these radii, largest first, around a free middle, into the square from -1 to 1. Each goes to the
 * first free place along a spiral: with some hundred circles that is a few milliseconds, and always the same.
 */
export function packed(radii: readonly number[], middleShare: number): readonly Circle[] {
  if (radii.length === 0) return []
  if (radii.length === 1) return [{ x: 0, y: 0, r: 0.95 }]
  const mean = radii.reduce((sum, radius) => sum + radius, 0) / radii.length
  const gap = mean * GAP
  const area = radii.reduce((sum, radius) => sum + (radius + gap) ** 2, 0)
  const middle = Math.sqrt(area) * middleShare
  const placed: Circle[] = []
  for (const r of radii) placed.push(place(r, gap, middle, placed))
  const extent = placed.reduce((most, { x, y, r }) => Math.max(most, Math.hypot(x, y) + r), 0)
  return placed.map(({ x, y, r }) => ({ x: x / extent, y: y / extent, r: r / extent }))
}

function place(r: number, gap: number, middle: number, placed: readonly Circle[]): Circle {
  const growth = Math.max(gap, r * 0.3)
  for (let turn = 0; ; turn++) {
    const angle = turn * STEP_ANGLE
    const distance = middle + r + (growth * angle) / (2 * Math.PI)
    const [x, y] = [distance * Math.cos(angle), distance * Math.sin(angle)]
    if (placed.every((other) => Math.hypot(other.x - x, other.y - y) >= other.r + r + gap)) return { x, y, r }
  }
}
