import { constants } from 'node:fs'
import { access, mkdir, rm, statfs, writeFile } from 'node:fs/promises'
import { availableParallelism, totalmem } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { createZstdCompress } from 'node:zlib'
import type { Command, Console } from './command.ts'
import { auditPermissions } from './connection/permission-audit.ts'
import { configChecks } from './doctor-config.ts'
import { hookChecks } from './doctor-hooks.ts'
import { type Screen, screenOf } from './render/screen.ts'
import { padded, wrapped } from './render/visible.ts'
import { storeOption, storePath } from './store-option.ts'

export type Check = {
  readonly name: string
  readonly state: 'present' | 'missing'
  /** Whether the main job, hunting and serving, needs it. */
  readonly isNeeded: boolean
  readonly detail: string
  /** What to do where it is missing. */
  readonly advice: string
}

const GIB = 1024 ** 3
const NODE_MAJOR_MIN = 24
const MEMORY_MIN = 1 * GIB
const DISK_MIN = 1 * GIB

export const doctor: Command = {
  usage: '[--config FILE] [--store DIR] [--json]',
  description: `Checks this machine and this installation: the runtime, memory, cores, the store's disk, zstd, and the optional
tools that some tests and auditors use; whether the hooks of coding agents are as they were connected; and of a configuration, whether its upstreams answer and take their keys. Exit 0 if the main job can run, else 1.`,
  options: {
    config: {
      type: 'string',
      value: 'FILE',
      summary: 'the configuration (default: portcullis.yaml, where there is one)',
    },
    store: storeOption,
    json: { type: 'boolean', summary: 'one JSON object on standard output' },
  },
  examples: [['portcullis doctor', 'check this machine']],
  wordsMax: 0,
  run: async (_positionals, options, console) => {
    const checks = [
      ...(await examine(storePath(options, console), console)),
      ...(await configChecks(options.config, console)),
    ]
    const isWell = checks.every(({ state, isNeeded }) => state === 'present' || !isNeeded)
    const page = options.json
      ? `${JSON.stringify({ ok: isWell, node: process.versions.node, systemNode: console.env.PORTCULLIS_SYSTEM_NODE ?? null, checks })}\n`
      : doctorPage(checks, isWell, screenOf(console))
    console.stdout.write(page)
    return isWell ? 0 : 1
  },
}

async function examine(store: string, { env, cwd }: Pick<Console, 'env' | 'cwd'>): Promise<Check[]> {
  return [
    runtime(env),
    amount('memory', memoryBytes(), MEMORY_MIN, 'a hunt over millions of exchanges wants a gibibyte'),
    { name: 'cores', state: 'present', isNeeded: true, detail: `${availableParallelism()}`, advice: '' },
    await disk(store),
    {
      name: 'zstd',
      state: typeof createZstdCompress === 'function' ? 'present' : 'missing',
      isNeeded: false,
      detail: 'for .zst logs',
      advice: 'use a Node 24 built with zstd, or give .gz logs',
    },
    await tool(
      'chromium',
      ['chromium', 'chromium-browser', 'google-chrome'],
      'the console is tested in it',
      env,
    ),
    await tool('bubblewrap', ['bwrap'], '`portcullis run` makes its sandbox with it', env),
    await tool('socat', ['socat'], 'the sandbox reaches allowed hosts through it', env),
    await tool('ripgrep', ['rg'], 'the sandbox looks for files to hold with it', env),
    await tool('java', ['java'], 'auditors compare the model checker with TLC', env),
    ...hookChecks(env.HOME ?? env.USERPROFILE),
    ...codingAgentChecks(env.HOME ?? env.USERPROFILE, cwd),
  ]
}

/** A container's limit counts, where there is one. */
function memoryBytes(): number {
  return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY)
}

function runtime(env: Console['env']): Check {
  const { node } = process.versions
  const system = env.PORTCULLIS_SYSTEM_NODE
  return {
    name: 'runtime',
    state: Number(node.split('.')[0]) >= NODE_MAJOR_MIN ? 'present' : 'missing',
    isNeeded: true,
    detail:
      system === undefined
        ? `Node ${node}, the system’s`
        : `Node ${node}, bundled (the system has ${system})`,
    advice: 'run `npm ci` without --omit=optional, or install Node 24',
  }
}

function amount(name: string, bytes: number, least: number, why: string): Check {
  return {
    name,
    state: bytes >= least ? 'present' : 'missing',
    isNeeded: true,
    detail: gibibytes(bytes),
    advice: `at least ${gibibytes(least)}: ${why}`,
  }
}

/** The store may not exist yet: then its nearest folder that does is what counts, and has to be writable. */
async function disk(store: string): Promise<Check> {
  const folder = await nearestFolder(store)
  const check = { name: 'store', isNeeded: true } as const
  try {
    const { bavail, bsize } = await statfs(folder)
    await access(folder, constants.W_OK)
    if (folder === store) await tryWriting(folder)
    return {
      ...amount('store', bavail * bsize, DISK_MIN, 'logs, findings and the ledger are kept there'),
      detail: `${gibibytes(bavail * bsize)} free for ${store}`,
    }
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unusable'
    return {
      ...check,
      state: 'missing',
      detail: `${folder}: ${reason}`,
      advice: 'make it writable, or name another with --store',
    }
  }
}

async function tryWriting(folder: string): Promise<void> {
  const probe = join(folder, `.doctor-${process.pid}`)
  await mkdir(folder, { recursive: true })
  await writeFile(probe, '')
  await rm(probe)
}

async function nearestFolder(path: string): Promise<string> {
  try {
    await access(path)
    return path
  } catch {
    const parent = dirname(path)
    return parent === path ? path : await nearestFolder(parent)
  }
}

/** Settings of coding agents that let anything through unasked. None is what one wants to see. */
function codingAgentChecks(home: string | undefined, cwd: string): readonly Check[] {
  if (home === undefined) return []
  return auditPermissions(home, cwd).map(({ file, rules, others }) => ({
    name: 'permissions',
    state: 'missing',
    isNeeded: false,
    detail: `${file} lets too much through unasked`,
    advice: [...rules.map(([rule, why]) => `${rule}: ${why}`), ...others].join('; '),
  }))
}

/** Looks along PATH and runs nothing. */
async function tool(
  name: string,
  commands: readonly string[],
  why: string,
  env: Console['env'],
): Promise<Check> {
  const check = { name, isNeeded: false, advice: `optional: ${why}; install ${name} to use it` } as const
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  for (const command of commands)
    for (const folder of folders) {
      const path = join(folder, process.platform === 'win32' ? `${command}.exe` : command)
      const isThere = await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
      if (isThere) return { ...check, state: 'present', detail: path }
    }
  return { ...check, state: 'missing', detail: 'not on PATH' }
}

function doctorPage(checks: readonly Check[], isWell: boolean, { paint, columns }: Screen): string {
  const width = Math.max(...checks.map(({ name }) => name.length))
  const lines = checks.flatMap(({ name, state, isNeeded, detail, advice }) => {
    const mark =
      state === 'present' ? paint('green', '✓') : paint(isNeeded ? 'red' : 'yellow', isNeeded ? '✗' : '–')
    const line = `  ${mark} ${paint('bold', padded(name, width))}  ${detail}`
    if (state === 'present') return [line]
    return [
      line,
      ...wrapped(advice, columns - width - 6).map((part) => paint('dim', `${' '.repeat(width + 6)}${part}`)),
    ]
  })
  const verdict = isWell
    ? 'The gate and the hunt can run here.'
    : 'The main job cannot run here: mend what is marked ✗.'
  return `${lines.join('\n')}\n\n${verdict}\n`
}

function gibibytes(bytes: number): string {
  return `${(bytes / GIB).toFixed(1)} GiB`
}
