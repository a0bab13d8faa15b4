// The options that say how a log is to be read, for every command that reads one.
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { nearestWord } from '../config/nearest-word.ts'
import { GateError } from '../kernel/gate-error.ts'
import { readBatchRequests } from '../watch/intake/batch-requests.ts'
import { KNOWN_FIELDS } from '../watch/intake/exchange-log.ts'
import type { InputOptions } from '../watch/intake/input.ts'
import { STDIN, unreadable } from '../watch/intake/source.ts'
import type { CommandOption, ParsedOptions } from './command.ts'

export const logOptions = {
  format: { type: 'string', value: 'NAME', summary: 'do not guess the format' },
  map: {
    type: 'string',
    value: 'FIELD=COLUMN,…',
    summary: 'columns of a CSV: account=user_id,ts=created_at',
  },
  set: { type: 'string', multiple: true, value: 'FIELD=VALUE', summary: 'a field the log does not carry' },
  requests: {
    type: 'string',
    multiple: true,
    value: 'FILE',
    summary: 'batch requests, to join with the results',
  },
} as const satisfies Record<string, CommandOption>

/** The paths of a command line, absolute; every one is checked before the first is read. */
export async function logPaths(positionals: readonly string[], cwd: string): Promise<string[]> {
  if (positionals.filter((path) => path === STDIN).length > 1)
    throw new GateError('usage', 'Standard input can be read once.')
  const paths = positionals.map((path) => (path === STDIN ? path : resolve(cwd, path)))
  for (const path of paths) if (path !== STDIN) await mustBeFile(path)
  return paths
}

export async function inputOptions(
  options: ParsedOptions,
  cwd: string,
): Promise<Pick<InputOptions, 'format' | 'map' | 'set' | 'requests'>> {
  const set = pairs(listOf(options.set), 'set')
  const requests = listOf(options.requests).map((path) => resolve(cwd, path))
  return {
    ...(typeof options.format === 'string' && { format: options.format }),
    ...(typeof options.map === 'string' && { map: pairs(options.map.split(','), 'map') }),
    ...(set.size > 0 && { set }),
    ...(requests.length > 0 && { requests: await readBatchRequests(requests) }),
  }
}

function listOf(option: ParsedOptions[string]): readonly string[] {
  return Array.isArray(option) ? option.filter((value) => typeof value === 'string') : []
}

function pairs(texts: readonly string[], option: string): ReadonlyMap<string, string> {
  return new Map(
    texts.map((text) => {
      const at = text.indexOf('=')
      if (at < 1 || at === text.length - 1)
        throw new GateError('usage', `--${option} wants name=value, not '${text}'`)
      return [fieldNamed(text.slice(0, at).trim(), option), text.slice(at + 1).trim()] as const
    }),
  )
}

/** What nobody reads would be passed over in silence. */
function fieldNamed(name: string, option: string): string {
  if (KNOWN_FIELDS.includes(name)) return name
  const near = nearestWord(name, KNOWN_FIELDS)
  const meant = near === undefined ? `There are ${KNOWN_FIELDS.join(', ')}.` : `Did you mean ${near}?`
  throw new GateError('usage', `--${option}: there is no field '${name}'. ${meant}`)
}

async function mustBeFile(path: string): Promise<void> {
  let isDirectory: boolean
  try {
    isDirectory = (await stat(path)).isDirectory()
  } catch (error) {
    throw unreadable(path, error)
  }
  if (isDirectory) throw new GateError('input-is-directory', `${path} is a directory; name the files in it`)
}
