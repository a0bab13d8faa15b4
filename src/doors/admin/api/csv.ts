// Lists as CSV (RFC 4180). A spreadsheet runs what begins like a formula, and much of what is exported was written by
// attackers, so such cells begin with an apostrophe (OWASP, CSV injection).

export type Row = Readonly<Record<string, unknown>>

const FORMULA = /^[=+\-@\t\r\n|%]/

export function csvHeader(columns: readonly string[]): string {
  return `${columns.map(cell).join(',')}\r\n`
}

export function csvRow(columns: readonly string[], row: Row): string {
  return `${columns.map((column) => cell(row[column])).join(',')}\r\n`
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  // Behind white space a formula is still one to some programs.
  const safe = FORMULA.test(text.trimStart()) || FORMULA.test(text) ? `'${text}` : text
  return `"${safe.replaceAll('"', '""')}"`
}
