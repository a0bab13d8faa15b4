// Where things stand on the canvas, and what is under a point. World coordinates are the API's: a square of 0..10,000.
import type { CampaignGraph } from '../../../doors/admin/api/shapes/campaigns.ts'

export const WORLD = 10_000
const ZOOM_MAX = 60
const CELLS = 128

export type Camera = { readonly x: number; readonly y: number; readonly scale: number }
export type Size = { readonly width: number; readonly height: number }
export type Target =
  | { readonly kind: 'account'; readonly index: number }
  | { readonly kind: 'node'; readonly index: number }

/** The whole square in sight, in the middle. */
export function fitted({ width, height }: Size): Camera {
  const scale = Math.min(width, height) / WORLD
  return { scale, x: (width - WORLD * scale) / 2, y: (height - WORLD * scale) / 2 }
}

/** A circle of the world in sight. */
export function around(x: number, y: number, r: number, { width, height }: Size): Camera {
  const scale = clampScale((Math.min(width, height) / (2 * Math.max(1, r))) * 0.8, { width, height })
  return { scale, x: width / 2 - x * scale, y: height / 2 - y * scale }
}

/** Nearer or farther, with what is under the point staying there. */
export function zoomed(
  camera: Camera,
  factor: number,
  at: readonly [x: number, y: number],
  size: Size,
): Camera {
  const scale = clampScale(camera.scale * factor, size)
  const ratio = scale / camera.scale
  return { scale, x: at[0] - (at[0] - camera.x) * ratio, y: at[1] - (at[1] - camera.y) * ratio }
}

export function moved(camera: Camera, dx: number, dy: number): Camera {
  return { ...camera, x: camera.x + dx, y: camera.y + dy }
}

function clampScale(scale: number, { width, height }: Size): number {
  const least = Math.min(width, height) / WORLD
  return Math.max(least * 0.5, Math.min(least * ZOOM_MAX, scale))
}

/** Accounts by place, so that the one under the pointer is found among 24,000 without looking at each. */
export class Places {
  readonly #cells: readonly (readonly number[])[]
  readonly #graph: CampaignGraph

  constructor(graph: CampaignGraph) {
    const cells: number[][] = Array.from({ length: CELLS * CELLS }, () => [])
    for (let index = 0; index < graph.x.length; index++)
      cells[cellAt(graph.x[index] ?? 0, graph.y[index] ?? 0)]?.push(index)
    this.#cells = cells
    this.#graph = graph
  }

  /** The nearest within `reach` world units, nodes before accounts, for they are fewer and larger. */
  at(x: number, y: number, reach: number): Target | undefined {
    const { nodes } = this.#graph
    const node = nearest(nodes, ({ x: nx, y: ny }) => Math.hypot(nx - x, ny - y), reach * 1.6)
    if (node !== undefined) return { kind: 'node', index: node }
    const candidates = this.#near(x, y, reach)
    const found = nearest(candidates, (index) => this.#distance(index, x, y), reach)
    const index = found === undefined ? undefined : candidates[found]
    return index === undefined ? undefined : { kind: 'account', index }
  }

  #near(x: number, y: number, reach: number): readonly number[] {
    const found: number[] = []
    for (let cx = column(x - reach); cx <= column(x + reach); cx++)
      for (let cy = column(y - reach); cy <= column(y + reach); cy++)
        found.push(...(this.#cells[cy * CELLS + cx] ?? []))
    return found
  }

  #distance(index: number, x: number, y: number): number {
    return Math.hypot((this.#graph.x[index] ?? 0) - x, (this.#graph.y[index] ?? 0) - y)
  }
}

function nearest<T>(items: readonly T[], distance: (item: T) => number, within: number): number | undefined {
  let best: number | undefined
  let least = within
  for (const [index, item] of items.entries()) {
    const away = distance(item)
    if (away > least) continue
    least = away
    best = index
  }
  return best
}

function cellAt(x: number, y: number): number {
  return column(y) * CELLS + column(x)
}

function column(value: number): number {
  return Math.max(0, Math.min(CELLS - 1, Math.floor((value / WORLD) * CELLS)))
}
