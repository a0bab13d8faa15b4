import type { ComponentChildren, JSX } from 'preact'
import { apiUrl } from '../api/client.ts'
import { joined, type Pages } from '../api/pages.ts'
import { count } from '../figures.ts'
import { Loaded } from './page.tsx'
import { type Column, Table } from './table.tsx'

type ListProps<Row> = {
  readonly pages: Pages<Row>
  readonly what: string
  readonly columns: readonly Column<Row>[]
  readonly idOf: (row: Row) => string
  readonly hrefOf?: (row: Row) => string
  readonly onOpen?: (row: Row) => void
  readonly sortedBy?: string
  readonly onSort?: (sort: string) => void
  readonly isWrapped?: boolean
  /** Shown in place of a table without rows. */
  readonly empty: ComponentChildren
  /** The API path the list came from, for its export. */
  readonly exportPath?: string
}

/** A list of the API as a table, with how much of it is here and its whole as a file. */
export function ListTable<Row>(props: ListProps<Row>): JSX.Element {
  const { pages, what, exportPath, empty, ...table } = props
  return (
    <Loaded from={pages.resource} what={what}>
      {() =>
        pages.rows.length === 0 ? (
          empty
        ) : (
          <>
            <Table {...table} label={what} rows={pages.rows} total={pages.total} onEnd={pages.more} />
            <div class="table-foot">
              <span>
                {count(pages.rows.length)} of {pages.totalIsExact ? '' : 'more than '}
                {count(pages.total)}
              </span>
              {exportPath && <Export path={exportPath} />}
            </div>
          </>
        )
      }
    </Loaded>
  )
}

/** The whole list as a file; formulas in it are defused by the gate. */
export function Export({ path }: { path: string }): JSX.Element {
  return (
    <span class="actions">
      Export
      {(['csv', 'json'] as const).map((format) => (
        <a key={format} href={apiUrl(joined(path, `format=${format}`))} download="">
          {format.toUpperCase()}
        </a>
      ))}
    </span>
  )
}
