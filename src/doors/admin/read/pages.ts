import type { List } from '../api/shapes/common.ts'

export const PAGE_DEFAULT = 50
export const PAGE_MAX = 1_000
/** Counting further costs more than it tells: a count reads every row it counts. */
const COUNT_MAX = 20_000

export type Page = { readonly limit: number; readonly cursor: string | undefined }

/** SQL that counts at most so far; `from` is everything from FROM on. */
export function countSql(from: string): string {
  return `SELECT count(*) AS total FROM (SELECT 1 ${from} LIMIT ${COUNT_MAX + 1})`
}

/** `isKnown`: the total was not counted row by row. */
export function listed<Item>(
  items: readonly Item[],
  total: number,
  next: string | undefined,
  isKnown = false,
): List<Item> {
  return {
    items,
    total: isKnown ? total : Math.min(total, COUNT_MAX),
    totalIsExact: isKnown || total <= COUNT_MAX,
    ...(next === undefined ? {} : { next }),
  }
}

/** For lists that are in memory whole: the cursor is a position. */
export function sliced<Item>(all: readonly Item[], { limit, cursor }: Page): List<Item> {
  const from = Number(cursor ?? 0)
  const end = from + limit
  return {
    items: all.slice(from, end),
    total: all.length,
    totalIsExact: true,
    ...(end < all.length ? { next: String(end) } : {}),
  }
}
