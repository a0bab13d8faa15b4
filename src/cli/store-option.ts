import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { resolve } from 'node:path'
import { loadStorePath } from '../config/read-config.ts'
import { STORE_DEFAULT } from '../config/schema.ts'
import { GateError } from '../kernel/gate-error.ts'
import type { CommandOption, Console, ParsedOptions } from './command.ts'

// Options that several commands about one deployment share.

/** For commands that need of the configuration only where the data is. */
export const storeOption: CommandOption = {
  type: 'string',
  value: 'DIR',
  summary: `the data folder (default: what portcullis.yaml here says, or ${STORE_DEFAULT})`,
}

export const storeOptions: Readonly<Record<string, CommandOption>> = {
  config: { type: 'string', value: 'FILE', summary: 'the configuration (default: portcullis.yaml)' },
  store: storeOption,
}

export function storePath(options: ParsedOptions, console: Pick<Console, 'cwd'>): string {
  const store = textOption(options, 'store')
  if (store !== undefined) return resolve(console.cwd, store)
  const config = textOption(options, 'config')
  if (config !== undefined) return loadStorePath(resolve(console.cwd, config))
  const usual = resolve(console.cwd, 'portcullis.yaml')
  return existsSync(usual) ? loadStorePath(usual) : resolve(console.cwd, STORE_DEFAULT)
}

/** The same, for what only reads or changes what is there. */
export function existingStore(options: ParsedOptions, console: Console): string {
  const store = storePath(options, console)
  if (!existsSync(store))
    throw new GateError('store-missing', `There is no store in ${store}; --store or --config names another.`)
  return store
}

export function textOption(options: ParsedOptions, name: string): string | undefined {
  const value = options[name]
  return typeof value === 'string' ? value : undefined
}

export function listOption(options: ParsedOptions, name: string): readonly string[] {
  return (textOption(options, name) ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

export function neededOption(options: ParsedOptions, name: string, meaning: string): string {
  const value = textOption(options, name)
  if (value === undefined || value === '') throw new GateError('usage', `--${name} is needed: ${meaning}.`)
  return value
}

const unitsMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `90s`, `30m`, `24h`, `7d`, as milliseconds. */
export function durationOption(options: ParsedOptions, name: string): number | undefined {
  const value = textOption(options, name)
  if (value === undefined) return undefined
  const match = /^(\d{1,6})([smhd])$/.exec(value)
  const unit = unitsMs[match?.[2] ?? '']
  if (!match || unit === undefined)
    throw new GateError('usage', `--${name} wants a time such as 30m, 24h or 7d.`)
  return Number(match[1]) * unit
}

/** Whoever acts leaves a name. */
export function authorOption(options: ParsedOptions): string {
  return textOption(options, 'author') ?? userInfo().username
}
