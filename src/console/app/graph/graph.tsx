import { type Signal, useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { CampaignGraph } from '../../../doors/admin/api/shapes/campaigns.ts'
import { colourOf, themeChanges } from '../theme.ts'
import { bundlesOf, draw, type Inks, spacingOf } from './draw.ts'
import { around, type Camera, fitted, moved, Places, type Size, type Target, zoomed } from './view.ts'

const REACH_PX = 9
const STEP_PX = 60
const ZOOM_STEP = 1.4

export type Chosen = {
  readonly node?: number | undefined
  readonly account?: number | undefined
  readonly community?: number | undefined
}

type GraphProps = {
  readonly graph: CampaignGraph
  readonly label: string
  readonly chosen: Signal<Chosen>
}

/** The canvas alone. What it shows is also in the lists beside it, which is how it is read without seeing it. */
export function Graph({ graph, label, chosen }: GraphProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null)
  const size = useSignal<Size>({ width: 0, height: 0 })
  const camera = useSignal<Camera | undefined>(undefined)
  const places = useMemo(() => new Places(graph), [graph])
  const bundles = useMemo(() => bundlesOf(graph), [graph])
  const spacing = useMemo(() => spacingOf(graph), [graph])
  const inks = useMemo(readInks, [themeChanges.value])
  useEffect(() => watchSize(canvas.current, size), [])
  const view = camera.value ?? fitted(size.value)
  const { community } = chosen.value
  useEffect(() => {
    const ring = community === undefined ? undefined : graph.communities[community]
    camera.value = ring ? around(ring.x, ring.y, ring.r, size.peek()) : undefined
  }, [community, graph])
  useEffect(() => {
    const context = canvas.current?.getContext('2d', { alpha: false })
    if (!context || size.value.width === 0) return
    const frame = requestAnimationFrame(() => {
      const shown = { node: undefined, account: undefined, community: undefined, ...chosen.value }
      draw(context, {
        graph,
        bundles,
        spacing,
        camera: view,
        size: size.value,
        ratio: devicePixelRatio,
        inks,
        ...shown,
      })
      canvas.current?.setAttribute('data-drawn', String(graph.names.length))
    })
    return () => cancelAnimationFrame(frame)
  }, [graph, view, size.value, inks, chosen.value])
  const pointer = usePointer(view, camera, (x, y) => {
    const target = places.at((x - view.x) / view.scale, (y - view.y) / view.scale, REACH_PX / view.scale)
    chosen.value = chosenOf(target)
  })
  return (
    <div class="graph">
      <canvas
        ref={canvas}
        tabIndex={0}
        role="application"
        aria-label={label}
        {...pointer}
        onWheel={(event) => {
          event.preventDefault()
          const box = event.currentTarget.getBoundingClientRect()
          const at = [event.clientX - box.left, event.clientY - box.top] as const
          camera.value = zoomed(view, Math.exp(-event.deltaY * 0.0016), at, size.value)
        }}
        onKeyDown={(event) => {
          const next = keyed(event.key, view, size.value)
          if (next === undefined) return
          event.preventDefault()
          camera.value = next === 'fit' ? undefined : next
        }}
      />
      <div class="graph-buttons">
        <button
          type="button"
          class="button"
          aria-label="Nearer"
          onClick={() => (camera.value = nearer(view, size.value, ZOOM_STEP))}
        >
          +
        </button>
        <button
          type="button"
          class="button"
          aria-label="Farther"
          onClick={() => (camera.value = nearer(view, size.value, 1 / ZOOM_STEP))}
        >
          −
        </button>
        <button
          type="button"
          class="button"
          onClick={() => {
            chosen.value = {}
            camera.value = undefined
          }}
        >
          Whole
        </button>
      </div>
    </div>
  )
}

function chosenOf(target: Target | undefined): Chosen {
  if (target === undefined) return {}
  return target.kind === 'node' ? { node: target.index } : { account: target.index }
}

const CLICK_PX = 4

function usePointer(
  view: Camera,
  camera: Signal<Camera | undefined>,
  onPick: (x: number, y: number) => void,
) {
  const from = useRef<{ x: number; y: number; camera: Camera } | undefined>(undefined)
  return {
    onPointerDown: (event: PointerEvent) => {
      if (event.currentTarget instanceof Element) event.currentTarget.setPointerCapture(event.pointerId)
      from.current = { x: event.clientX, y: event.clientY, camera: view }
    },
    onPointerMove: (event: PointerEvent) => {
      const start = from.current
      if (start === undefined) return
      const [dx, dy] = [event.clientX - start.x, event.clientY - start.y]
      if (Math.hypot(dx, dy) > CLICK_PX) camera.value = moved(start.camera, dx, dy)
    },
    onPointerUp: (event: PointerEvent) => {
      const start = from.current
      from.current = undefined
      if (start === undefined || !(event.currentTarget instanceof Element)) return
      if (Math.hypot(event.clientX - start.x, event.clientY - start.y) > CLICK_PX) return
      const box = event.currentTarget.getBoundingClientRect()
      onPick(event.clientX - box.left, event.clientY - box.top)
    },
  }
}

function keyed(key: string, view: Camera, size: Size): Camera | 'fit' | undefined {
  switch (key) {
    case 'ArrowLeft':
      return moved(view, STEP_PX, 0)
    case 'ArrowRight':
      return moved(view, -STEP_PX, 0)
    case 'ArrowUp':
      return moved(view, 0, STEP_PX)
    case 'ArrowDown':
      return moved(view, 0, -STEP_PX)
    case '+':
    case '=':
      return nearer(view, size, ZOOM_STEP)
    case '-':
      return nearer(view, size, 1 / ZOOM_STEP)
    case '0':
      return 'fit'
    default:
      return undefined
  }
}

function nearer(view: Camera, size: Size, factor: number): Camera {
  return zoomed(view, factor, [size.width / 2, size.height / 2], size)
}

function watchSize(canvas: HTMLCanvasElement | null, size: Signal<Size>): (() => void) | undefined {
  if (!canvas) return undefined
  const observer = new ResizeObserver(() => {
    const { clientWidth: width, clientHeight: height } = canvas
    canvas.width = Math.round(width * devicePixelRatio)
    canvas.height = Math.round(height * devicePixelRatio)
    size.value = { width, height }
  })
  observer.observe(canvas)
  return () => observer.disconnect()
}

function readInks(): Inks {
  return {
    ground: colourOf('--surface'),
    text: colourOf('--text'),
    quiet: colourOf('--quiet'),
    line: colourOf('--graph-line'),
    accent: colourOf('--accent'),
    ring: colourOf('--line-strong'),
    communities: [1, 2, 3, 4, 5, 6].map((index) => colourOf(`--community-${index}`)),
  }
}
