// A table that draws only the rows in sight. One tab stop; j and k, arrows, Home and End move, Enter opens.
import { useSignal } from '@preact/signals'
import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { follow } from '../route.ts'

export type Column<Row> = {
  readonly id: string
  readonly label: string
  /** The label is for whoever cannot see what stands below it. */
  readonly isLabelUnseen?: true
  readonly cell: (row: Row) => ComponentChildren
  /** Right-aligned, as numbers are. */
  readonly isNumber?: boolean
  /** Left out where there is little room, or only where there is much. */
  readonly room?: 'wide' | 'widest'
  /** What the API sorts by when the heading is pressed. */
  readonly sort?: string
  /** Of the table's width, like `22%`. */
  readonly width?: string
}

type TableProps<Row> = {
  readonly label: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly idOf: (row: Row) => string
  readonly hrefOf?: (row: Row) => string
  readonly onOpen?: (row: Row) => void
  readonly total?: number
  readonly onEnd?: (() => void) | undefined
  readonly sortedBy?: string | undefined
  readonly onSort?: ((sort: string) => void) | undefined
  /** Long texts take several lines; for tables that are never long. */
  readonly isWrapped?: boolean
}

const ROW_PX = 32
const HEAD_PX = 30
const OVERSCAN = 12
const SIGHT_DEFAULT_PX = 900
/** Shorter tables are drawn whole and scroll with the page. */
const WHOLE_MAX = 60

export function Table<Row>(props: TableProps<Row>): JSX.Element {
  const { columns, rows, label, idOf, hrefOf, onOpen, onEnd } = props
  const box = useRef<HTMLDivElement>(null)
  const top = useSignal(0)
  const at = useSignal(-1)
  const isWhole = rows.length <= WHOLE_MAX && onEnd === undefined
  const sight = box.current?.clientHeight || SIGHT_DEFAULT_PX
  const from = isWhole ? 0 : Math.max(0, Math.floor(top.value / ROW_PX) - OVERSCAN)
  const to = isWhole ? rows.length : Math.min(rows.length, from + Math.ceil(sight / ROW_PX) + 2 * OVERSCAN)
  useEffect(() => {
    if (to > rows.length - 40) onEnd?.()
  }, [to, rows.length])
  const open = (row: Row | undefined): void => {
    if (row === undefined) return
    if (onOpen) onOpen(row)
    else if (hrefOf) follow(hrefOf(row))
  }
  const move = (target: number): void => {
    at.value = Math.max(0, Math.min(rows.length - 1, target))
    reveal(box.current, at.value, isWhole)
  }
  const isReachable = onOpen !== undefined || hrefOf !== undefined
  return (
    <div
      ref={box}
      class="table-scroll"
      data-list={isReachable ? '' : undefined}
      tabIndex={0}
      role="region"
      aria-label={label}
      style={isWhole ? undefined : { '--table-height': 'min(72vh, 760px)' }}
      onScroll={(event) => {
        top.value = event.currentTarget.scrollTop
      }}
      onKeyDown={(event) => {
        if (event.target !== box.current) return
        const target = targetOf(event.key, at.value, rows.length)
        if (target !== undefined) {
          event.preventDefault()
          move(target)
        } else if (event.key === 'Enter') open(rows[at.value])
      }}
    >
      <table
        class={isWhole ? (props.isWrapped ? 'wraps' : undefined) : 'fixed'}
        aria-rowcount={props.total ?? rows.length}
      >
        <Head columns={columns} sortedBy={props.sortedBy} onSort={props.onSort} />
        <tbody>
          <Spacer rows={from} columns={columns.length} />
          {rows.slice(from, to).map((row, index) => (
            <tr
              key={idOf(row)}
              aria-rowindex={from + index + 1}
              class={rowClass(isReachable, at.value === from + index)}
              onClick={(event) => {
                if (event.target instanceof Element && event.target.closest('a, button, input')) return
                if (String(getSelection()) === '') open(row)
              }}
            >
              {columns.map((column) => (
                <td key={column.id} class={cellClass(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
          <Spacer rows={rows.length - to} columns={columns.length} />
        </tbody>
      </table>
    </div>
  )
}

function Head<Row>(props: Pick<TableProps<Row>, 'columns' | 'sortedBy' | 'onSort'>): JSX.Element {
  const { columns, sortedBy, onSort } = props
  return (
    <thead>
      <tr>
        {columns.map((column) => {
          const { id, sort, width } = column
          const label = column.isLabelUnseen ? <span class="unseen">{column.label}</span> : column.label
          const isSorted = sort !== undefined && sort === sortedBy
          return (
            <th
              key={id}
              scope="col"
              class={cellClass(column)}
              style={width ? { '--column': width } : undefined}
              aria-sort={isSorted ? 'descending' : undefined}
            >
              {sort === undefined || onSort === undefined ? (
                label
              ) : (
                <button type="button" onClick={() => onSort(sort)}>
                  {label}
                  {isSorted && <span aria-hidden="true"> ↓</span>}
                </button>
              )}
            </th>
          )
        })}
      </tr>
    </thead>
  )
}

function Spacer({ rows, columns }: { rows: number; columns: number }): JSX.Element | null {
  if (rows <= 0) return null
  return (
    <tr class="spacer" aria-hidden="true">
      <td colSpan={columns} style={{ height: `${rows * ROW_PX}px` }} />
    </tr>
  )
}

function targetOf(key: string, at: number, rows: number): number | undefined {
  const steps: Readonly<Record<string, number>> = {
    j: at + 1,
    ArrowDown: at + 1,
    k: at - 1,
    ArrowUp: at - 1,
    PageDown: at + 15,
    PageUp: at - 15,
    Home: 0,
    End: rows - 1,
  }
  return Object.hasOwn(steps, key) ? steps[key] : undefined
}

function reveal(box: HTMLDivElement | null, index: number, isWhole: boolean): void {
  if (!box) return
  if (isWhole) {
    const row = box.querySelectorAll('tbody tr')[index]
    row?.scrollIntoView({ block: 'nearest' })
    return
  }
  const y = index * ROW_PX
  const bottom = box.clientHeight - HEAD_PX - ROW_PX
  if (y < box.scrollTop) box.scrollTop = y
  else if (y > box.scrollTop + bottom) box.scrollTop = y - bottom
}

function rowClass(isReachable: boolean, isAt: boolean): string | undefined {
  const names = [isReachable ? 'reachable' : '', isAt ? 'at' : ''].filter((name) => name !== '')
  return names.length === 0 ? undefined : names.join(' ')
}

function cellClass<Row>({ isNumber, room }: Column<Row>): string | undefined {
  const names = [isNumber ? 'number' : '', room ? `${room}-only` : ''].filter((name) => name !== '')
  return names.length === 0 ? undefined : names.join(' ')
}
