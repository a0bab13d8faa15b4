import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { PAGE_MAX } from '../read/pages.ts'
import { csvHeader, csvRow, type Row } from './csv.ts'
import type { Call, Route } from './route.ts'
import type { List } from './shapes/common.ts'

/** More than anybody opens, and an end for what would run for hours. */
const ROWS_MAX = 5_000_000

/** A whole list as a file, page by page under backpressure: memory does not grow with its length. */
export async function exportList(route: Route, call: Call): Promise<void> {
  const { response } = call
  const query = call.query as { readonly format: 'csv' | 'json' }
  const name = `${route.path
    .split('/')
    .filter((part) => part !== 'api' && !part.startsWith(':'))
    .join('-')}.${query.format}`
  const pages = pagesOf(route, call)
  // The first page before the first byte: what fails then is still a problem, not half a file.
  const first = await pages.next()
  response.writeHead(200, {
    'content-type': query.format === 'csv' ? 'text/csv; charset=utf-8; header=present' : 'application/json',
    'content-disposition': `attachment; filename="${name}"`,
  })
  const columns = route.columns
  await write(response, query.format === 'csv' ? csvHeader(columns) : '[')
  let count = 0
  for (let page = first; !page.done; page = await pages.next()) {
    const lines = page.value.map((row) =>
      query.format === 'csv' ? csvRow(columns, row) : `${count++ === 0 ? '' : ','}\n${JSON.stringify(row)}`,
    )
    if (!(await write(response, lines.join('')))) return
  }
  response.end(query.format === 'csv' ? '' : '\n]\n')
}

async function* pagesOf(route: Route, call: Call): AsyncGenerator<readonly Row[], undefined, undefined> {
  let cursor: string | undefined
  let rows = 0
  do {
    const query = { ...(call.query as object), limit: PAGE_MAX, cursor }
    const { items, next } = (await route.handle({ ...call, query })) as List<Row>
    yield items
    rows += items.length
    cursor = next
  } while (cursor !== undefined && rows < ROWS_MAX)
  return undefined
}

/** False when nobody reads any more. */
async function write(response: ServerResponse, text: string): Promise<boolean> {
  if (response.destroyed) return false
  if (!response.write(text)) await Promise.race([once(response, 'drain'), once(response, 'close')])
  return !response.destroyed
}
