// For tests: checks a specification given as text.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TlaReport } from './report.ts'
import { runTla } from './run.ts'

export type ModelText = {
  /** Body of module M, without its header and footer. */
  readonly module: string
  readonly config: string
  /** Further modules by name, bodies only. */
  readonly beside?: Readonly<Record<string, string>>
  readonly statesMax?: number
  readonly memoryBytesMax?: number
}

export type Checked = TlaReport & { readonly printed: readonly string[] }

export async function checkText(text: ModelText): Promise<Checked> {
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-tla-'))
  try {
    const module = (name: string, body: string): void =>
      writeFileSync(join(folder, `${name}.tla`), `---- MODULE ${name} ----\n${body}\n====\n`)
    module('M', text.module)
    for (const [name, body] of Object.entries(text.beside ?? {})) module(name, body)
    writeFileSync(join(folder, 'M.cfg'), text.config)
    const printed: string[] = []
    const report = await runTla({
      file: join(folder, 'M.tla'),
      config: join(folder, 'M.cfg'),
      statesMax: text.statesMax ?? 1_000_000,
      memoryBytesMax: text.memoryBytesMax ?? 2 ** 32,
      print: (line) => printed.push(line),
      progress: () => undefined,
    })
    return { ...report, printed }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Evaluates constant expressions: each must be TRUE. */
export async function holds(expressions: readonly string[], preamble = ''): Promise<Checked> {
  const module = `EXTENDS Integers, Sequences, FiniteSets, TLC\n${preamble}\n${expressions
    .map((expression) => `ASSUME ${expression}`)
    .join('\n')}`
  return checkText({ module, config: '' })
}
