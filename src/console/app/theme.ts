import { effect, signal } from '@preact/signals'

const KEY = 'portcullis-theme'
const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

export const theme = signal<Theme>(remembered())
/** Counts up when colours change, for what draws on a canvas. */
export const themeChanges = signal(0)

export function startTheme(): void {
  effect(() => {
    const chosen = theme.value
    if (chosen === 'system') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = chosen
    keep(chosen)
    themeChanges.value = themeChanges.peek() + 1
  })
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => themeChanges.value++)
}

export function nextTheme(): void {
  theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length] ?? 'system'
}

/** What a custom property is as a colour right now; a canvas cannot read `light-dark()`. */
export function colourOf(name: string): string {
  const probe = document.createElement('i')
  probe.style.color = `var(${name})`
  document.body.append(probe)
  const colour = getComputedStyle(probe).color
  probe.remove()
  return colour
}

function remembered(): Theme {
  try {
    const kept = localStorage.getItem(KEY)
    return themes.find((name) => name === kept) ?? 'system'
  } catch {
    return 'system'
  }
}

function keep(chosen: Theme): void {
  try {
    localStorage.setItem(KEY, chosen)
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}
