// Draws a campaign's graph on a 2D canvas: no WebGL, so that it is the same on every machine. Accounts are little
// squares far away and discs near by; links run from shared infrastructure to communities, and to single accounts only
// for the one node that is chosen.
import type { CampaignGraph } from '../../../doors/admin/api/shapes/campaigns.ts'
import { visible } from '../../../kernel/visible.ts'
import { type Camera, type Size, WORLD } from './view.ts'

export type Inks = {
  readonly ground: string
  readonly text: string
  readonly quiet: string
  readonly line: string
  readonly accent: string
  readonly ring: string
  /** One a community, in turn. */
  readonly communities: readonly string[]
}

export type Shown = {
  readonly graph: CampaignGraph
  readonly bundles: readonly Bundle[]
  /** World units from one account to the next. */
  readonly spacing: number
  readonly camera: Camera
  readonly size: Size
  readonly ratio: number
  readonly inks: Inks
  readonly node: number | undefined
  readonly account: number | undefined
  readonly community: number | undefined
}

/** So many accounts of one community use one node. */
export type Bundle = { readonly node: number; readonly community: number; readonly accounts: number }

/** Of the distance to the next account: so that they are seen as many and not as one. */
const DOT_PART = 0.34
const DOT_PX_MIN = 0.6
const DOT_PX_MAX = 7
/** Below this, a disc and a square look the same and the square is four times cheaper. */
const DISC_PX_MIN = 2.2
const LABEL_R_PX = 16
const LABEL_PX = 15
const PUSHED_PX_MAX = 90
const LABELS_NODE_MAX = 12
/** More lines than these are a smear; what is left out is drawn for whatever is chosen. */
const BUNDLES_MAX = 140
const MIDDLE = WORLD / 2

export function bundlesOf({ nodes, community }: CampaignGraph): readonly Bundle[] {
  return nodes
    .flatMap(({ accounts }, node) => {
      const counts = new Map<number, number>()
      for (const account of accounts) {
        const group = community[account] ?? 0
        counts.set(group, (counts.get(group) ?? 0) + 1)
      }
      return [...counts].map(([group, size]) => ({ node, community: group, accounts: size }))
    })
    .toSorted((a, b) => b.accounts - a.accounts)
}

/** How far apart accounts stand where they stand closest. */
export function spacingOf({ communities }: CampaignGraph): number {
  const distances = communities.map(({ r, accounts }) => Math.sqrt((Math.PI * r * r) / Math.max(1, accounts)))
  return Math.min(400, ...distances)
}

export function draw(context: CanvasRenderingContext2D, shown: Shown): void {
  const { ratio, size, inks, camera } = shown
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.fillStyle = inks.ground
  context.fillRect(0, 0, size.width, size.height)
  drawRings(context, shown)
  drawBundles(context, shown)
  const dot = Math.max(DOT_PX_MIN, Math.min(DOT_PX_MAX, shown.spacing * DOT_PART * camera.scale))
  drawAccounts(context, shown, dot)
  drawNodeLinks(context, shown)
  drawNodes(context, shown)
  drawAccountMark(context, shown, dot)
  drawLabels(context, shown)
}

function drawRings(context: CanvasRenderingContext2D, { graph, camera, inks, community }: Shown): void {
  for (const [index, { x, y, r, accounts }] of graph.communities.entries()) {
    if (accounts < 2) continue
    context.beginPath()
    context.arc(
      x * camera.scale + camera.x,
      y * camera.scale + camera.y,
      r * camera.scale + 3,
      0,
      Math.PI * 2,
    )
    context.strokeStyle = index === community ? inks.accent : inks.ring
    context.lineWidth = index === community ? 2 : 1
    context.stroke()
  }
}

function drawBundles(context: CanvasRenderingContext2D, shown: Shown): void {
  const { graph, bundles, camera, inks, node, community } = shown
  const chosen = bundles.filter(
    (bundle) => (community ?? bundle.community) === bundle.community && (node ?? bundle.node) === bundle.node,
  )
  const most = chosen[0]?.accounts ?? 1
  context.strokeStyle = inks.line
  for (const bundle of chosen.slice(0, BUNDLES_MAX)) {
    const from = graph.nodes[bundle.node]
    const to = graph.communities[bundle.community]
    if (!from || !to) continue
    context.lineWidth = 0.4 + 3.2 * Math.sqrt(bundle.accounts / most)
    context.beginPath()
    context.moveTo(from.x * camera.scale + camera.x, from.y * camera.scale + camera.y)
    // To the rim: within the circle it would hide accounts.
    const away = Math.hypot(to.x - from.x, to.y - from.y) || 1
    const short = Math.max(0, 1 - to.r / away)
    const [tx, ty] = [from.x + (to.x - from.x) * short, from.y + (to.y - from.y) * short]
    context.lineTo(tx * camera.scale + camera.x, ty * camera.scale + camera.y)
    context.stroke()
  }
}

function drawAccounts(context: CanvasRenderingContext2D, shown: Shown, dot: number): void {
  const { graph, camera, size, inks } = shown
  const { x, y, community: groups } = graph
  const isDisc = dot >= DISC_PX_MIN
  const byInk: number[][] = inks.communities.map(() => [])
  for (let index = 0; index < x.length; index++) byInk[(groups[index] ?? 0) % byInk.length]?.push(index)
  for (const [ink, indexes] of byInk.entries()) {
    context.fillStyle = inks.communities[ink] ?? inks.quiet
    if (isDisc) context.beginPath()
    for (const index of indexes) {
      const px = (x[index] ?? 0) * camera.scale + camera.x
      const py = (y[index] ?? 0) * camera.scale + camera.y
      if (px < -dot || py < -dot || px > size.width + dot || py > size.height + dot) continue
      if (isDisc) {
        context.moveTo(px + dot, py)
        context.arc(px, py, dot, 0, Math.PI * 2)
      } else context.fillRect(px - dot, py - dot, dot * 2, dot * 2)
    }
    if (isDisc) context.fill()
  }
}

function drawNodeLinks(context: CanvasRenderingContext2D, { graph, camera, inks, node }: Shown): void {
  const from = node === undefined ? undefined : graph.nodes[node]
  if (!from) return
  const fx = from.x * camera.scale + camera.x
  const fy = from.y * camera.scale + camera.y
  context.strokeStyle = inks.accent
  context.globalAlpha = Math.max(0.06, Math.min(0.7, 60 / from.accounts.length))
  context.lineWidth = 1
  context.beginPath()
  for (const account of from.accounts) {
    context.moveTo(fx, fy)
    context.lineTo(
      (graph.x[account] ?? 0) * camera.scale + camera.x,
      (graph.y[account] ?? 0) * camera.scale + camera.y,
    )
  }
  context.stroke()
  context.globalAlpha = 1
}

function drawNodes(context: CanvasRenderingContext2D, { graph, camera, inks, node }: Shown): void {
  for (const [index, { x, y, shared }] of graph.nodes.entries()) {
    const half = nodeHalf(shared)
    const px = x * camera.scale + camera.x
    const py = y * camera.scale + camera.y
    context.fillStyle = index === node ? inks.accent : inks.text
    context.fillRect(px - half, py - half, half * 2, half * 2)
    context.strokeStyle = inks.ground
    context.lineWidth = 1.5
    context.strokeRect(px - half, py - half, half * 2, half * 2)
  }
}

export function nodeHalf(shared: number): number {
  return Math.min(6, 2 + Math.log2(1 + shared) * 0.33)
}

function drawAccountMark(
  context: CanvasRenderingContext2D,
  { graph, camera, inks, account }: Shown,
  dot: number,
): void {
  if (account === undefined) return
  const px = (graph.x[account] ?? 0) * camera.scale + camera.x
  const py = (graph.y[account] ?? 0) * camera.scale + camera.y
  context.beginPath()
  context.arc(px, py, dot + 4, 0, Math.PI * 2)
  context.strokeStyle = inks.text
  context.lineWidth = 2
  context.stroke()
}

/** Names of what is large enough to carry one, and none over another; what is chosen always carries its own. */
function drawLabels(context: CanvasRenderingContext2D, shown: Shown): void {
  const { graph, camera, size, node, community } = shown
  context.font = '12px system-ui, sans-serif'
  context.lineJoin = 'round'
  const taken: Box[] = []
  const put = (text: string, x: number, y: number, isSure: boolean): void => {
    const width = context.measureText(text).width
    const left = Math.max(4, Math.min(size.width - width - 4, x))
    const box = { left, top: Math.max(2, Math.min(size.height - LABEL_PX, y)), width, height: LABEL_PX }
    // A name that had to be pushed far to be in sight belongs to something that is not.
    const isPushed = Math.abs(box.left - x) > PUSHED_PX_MAX || Math.abs(box.top - y) > PUSHED_PX_MAX
    if (!isSure && (isPushed || taken.some((other) => overlaps(box, other)))) return
    taken.push(box)
    drawLabel(context, text, box, shown.inks)
  }
  const named = graph.communities[community ?? -1]
  const rings = named ? [named, ...graph.communities] : graph.communities
  for (const { label, accounts, x, y, r } of rings) {
    const radius = r * camera.scale
    if (radius < LABEL_R_PX || accounts < 2) continue
    const text = `${short(label, 26)} · ${accounts.toLocaleString('en')}`
    // Away from the middle, where the lines are.
    const away = Math.hypot(x - MIDDLE, y - MIDDLE) || 1
    const [dx, dy] = [(x - MIDDLE) / away, (y - MIDDLE) / away]
    const width = context.measureText(text).width
    const px = x * camera.scale + camera.x + dx * (radius + 10) + ((dx - 1) / 2) * width
    put(text, px, y * camera.scale + camera.y + dy * (radius + 12) - LABEL_PX / 2, false)
  }
  for (const [index, { kind, value, x, y, shared }] of graph.nodes.entries()) {
    const isNear = index < LABELS_NODE_MAX && camera.scale * 10_000 > size.width * 1.4
    if (index !== node && !isNear) continue
    const text = `${kind} ${short(value, 28)}`
    const [px, py] = [x * camera.scale + camera.x, y * camera.scale + camera.y]
    put(text, px + nodeHalf(shared) + 5, py - LABEL_PX / 2, index === node)
  }
}

/** An attacker may have chosen it: no character of it may turn the writing around. */
function short(text: string, max: number): string {
  const clean = visible(text)
  return clean.length > max ? `${clean.slice(0, max - 1)}…` : clean
}

type Box = { readonly left: number; readonly top: number; readonly width: number; readonly height: number }

function overlaps(a: Box, b: Box): boolean {
  return (
    a.left < b.left + b.width + 6 &&
    b.left < a.left + a.width + 6 &&
    a.top < b.top + b.height &&
    b.top < a.top + a.height
  )
}

function drawLabel(
  context: CanvasRenderingContext2D,
  text: string,
  { left, top, height }: Box,
  inks: Inks,
): void {
  context.strokeStyle = inks.ground
  context.lineWidth = 4
  context.strokeText(text, left, top + height - 4)
  context.fillStyle = inks.text
  context.fillText(text, left, top + height - 4)
}
