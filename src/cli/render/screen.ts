import { styleText } from 'node:util'
import type { Console } from '../command.ts'

export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan' | 'magenta'

/** Where a page is drawn: how wide it is and whether it has colour. */
export type Screen = {
  readonly columns: number
  readonly paint: (style: Style, text: string) => string
}

const COLUMNS_MIN = 60
const COLUMNS_MAX = 160
const COLUMNS_DEFAULT = 80

/** Colour only on a terminal, and never against NO_COLOR (no-color.org). */
export function screenOf({ stdout, env }: Pick<Console, 'stdout' | 'env'>): Screen {
  const hasColour =
    stdout.isTTY === true && (env.NO_COLOR === undefined || env.NO_COLOR === '') && env.TERM !== 'dumb'
  const columns = (stdout.isTTY ? stdout.columns : Number(env.COLUMNS)) || COLUMNS_DEFAULT
  return {
    columns: Math.min(COLUMNS_MAX, Math.max(COLUMNS_MIN, columns)),
    paint: hasColour
      ? (style, text) => styleText(style, text, { validateStream: false })
      : (_style, text) => text,
  }
}
