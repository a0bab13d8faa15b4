// Findings of the watch on disk: STORE/findings/<time>.json, written whole or not at all.
import { createHash } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { GateError } from '../../kernel/gate-error.ts'
import type { Result } from '../../kernel/result.ts'

export type Saved<Findings> = {
  readonly findings: Findings
  /** Unix ms. */
  readonly savedAt: number
  /** What was read: file names, or where the traffic came from. */
  readonly source: string
}

type Header = {
  readonly format: 1
  readonly savedAt: number
  readonly source: string
  readonly sha256: string
}

const FOLDER = 'findings'
/** Older findings are removed once this many are there. */
const KEPT_MAX = 50
const findingsName = /^\d{13}-\d{3}\.json$/

/**
 * Appears under its name only when it is whole and on disk: a crash leaves the previous findings the latest.
 * Findings saved in the same millisecond keep their order.
 */
export async function saveFindings(
  store: string,
  { findings, savedAt, source }: Saved<unknown>,
): Promise<string> {
  const folder = join(store, FOLDER)
  try {
    await mkdir(folder, { recursive: true })
    const body = JSON.stringify(findings)
    const header: Header = { format: 1, savedAt, source, sha256: digestOf(body) }
    const names = await namesIn(folder)
    const path = join(folder, nextName(names, savedAt))
    const temporary = `${path}.${process.pid}.part`
    await writeThrough(temporary, `${JSON.stringify(header)}\n${body}\n`)
    await rename(temporary, path)
    await syncFolder(folder)
    for (const name of names.slice(0, Math.max(0, names.length + 1 - KEPT_MAX)))
      await rm(join(folder, name), { force: true })
    return path
  } catch (cause) {
    throw new GateError(
      'store-unwritable',
      `The findings could not be saved below ${folder}: ${reasonOf(cause)}.`,
      { cause },
    )
  }
}

/** What is there, newest first; those that cannot be used are left out. */
export async function listFindings(
  store: string,
): Promise<readonly { readonly name: string; readonly savedAt: number; readonly source: string }[]> {
  const folder = join(store, FOLDER)
  const found = []
  for (const name of (await namesIn(folder)).reverse()) {
    const header = headerOf(await firstLine(join(folder, name)))
    if (header) found.push({ name, savedAt: header.savedAt, source: header.source })
  }
  return found
}

/** The latest findings. `parse` reads what was saved, and its failure names what does not fit. */
export async function loadFindings<Findings>(
  store: string,
  parse: (value: unknown) => Result<Findings, string>,
): Promise<Saved<Findings>> {
  const name = (await namesIn(join(store, FOLDER))).at(-1)
  if (name === undefined)
    throw new GateError(
      'findings-missing',
      `There are no findings in ${store} yet: run \`portcullis hunt LOG...\` or \`portcullis demo\` first.`,
    )
  return await loadNamedFindings(store, name, parse)
}

/** Findings by the name that `listFindings` gives. */
export async function loadNamedFindings<Findings>(
  store: string,
  name: string,
  parse: (value: unknown) => Result<Findings, string>,
): Promise<Saved<Findings>> {
  const path = join(store, FOLDER, name)
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    // What may not be read is not broken, and nobody should be told to remove it.
    throw new GateError('store-unusable', `${path} cannot be read: ${reasonOf(cause)}`, { cause })
  })
  const lineEnd = text.indexOf('\n')
  const header = headerOf(text.slice(0, lineEnd))
  const body = text.slice(lineEnd + 1).trimEnd()
  if (lineEnd < 0 || header === undefined) throw corrupt(path, 'its first line is not a header')
  if (digestOf(body) !== header.sha256) throw corrupt(path, 'its checksum does not fit')
  const parsed = parse(jsonOf(body))
  if (!parsed.ok) throw corrupt(path, `'${parsed.error}' is not as expected`)
  return { findings: parsed.value, savedAt: header.savedAt, source: header.source }
}

/** Headers are short: a file name or a few. */
const HEADER_BYTES_MAX = 65_536

async function firstLine(path: string): Promise<string> {
  try {
    await using file = await open(path)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES_MAX), 0, HEADER_BYTES_MAX, 0)
    const text = buffer.toString('utf8', 0, bytesRead)
    return text.slice(0, Math.max(0, text.indexOf('\n')))
  } catch {
    return ''
  }
}

function corrupt(path: string, reason: string): GateError {
  return new GateError(
    'findings-corrupt',
    `${path} cannot be used: ${reason}. Remove it to fall back to the findings before it.`,
  )
}

function headerOf(line: string): Header | undefined {
  try {
    const header: unknown = JSON.parse(line)
    if (typeof header !== 'object' || header === null || !('format' in header) || header.format !== 1)
      return undefined
    const { savedAt, source, sha256 } = header as Partial<Record<keyof Header, unknown>>
    if (typeof savedAt !== 'number' || typeof source !== 'string' || typeof sha256 !== 'string')
      return undefined
    return { format: 1, savedAt, source, sha256 }
  } catch {
    return undefined
  }
}

/** Sorted, oldest first. A folder that does not exist holds nothing. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => findingsName.test(name)).sort()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

function nextName(names: readonly string[], savedAt: number): string {
  const stem = String(Math.max(0, savedAt)).padStart(13, '0')
  const twins = names.filter((name) => name.startsWith(stem)).length
  return `${stem}-${String(twins).padStart(3, '0')}.json`
}

async function writeThrough(path: string, text: string): Promise<void> {
  await using file = await open(path, 'w', 0o600)
  await file.writeFile(text)
  await file.sync()
}

/** Makes the new name itself durable. Windows cannot sync a folder and does not need to. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  await using handle = await open(folder, 'r')
  await handle.sync()
}

/** What is no JSON becomes a value that no parser takes. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
}
