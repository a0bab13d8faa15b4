import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import * as v from 'valibot'
import { type Document, isMap, isNode, isScalar, LineCounter, type Node, parseDocument } from 'yaml'
import { GateError } from '../kernel/gate-error.ts'
import { failure, type Result, success } from '../kernel/result.ts'
import { fillInA2a } from './a2a.ts'
import { agentsConfig } from './agents.ts'
import { checkConfig, parseAddress } from './check-config.ts'
import type { Config } from './config.ts'
import { hookConfig } from './hook-section.ts'
import { fillInMcp } from './mcp.ts'
import { expectation, malformed, unknownField } from './problem-words.ts'
import { type ConfigFile, fileSchema, STORE_DEFAULT } from './schema.ts'

/** A configuration larger than this is a mistake or an attack on the parser. */
const FILE_BYTES_MAX = 1024 * 1024
const ALIASES_MAX = 100
const DAY_MS = 86_400_000

export type ConfigProblem = {
  readonly code:
    | 'yaml-malformed'
    | 'field-unknown'
    | 'field-missing'
    | 'field-invalid'
    | 'env-missing'
    | 'name-repeated'
  readonly file: string
  readonly line: number
  readonly column: number
  /** Dotted path from the top, `upstreams.0.url`. */
  readonly field: string
  readonly message: string
}

type Env = Readonly<Record<string, string | undefined>>
type Path = readonly (string | number)[]

/** Reads, checks and fills in. All problems come at once, so that a person fixes the file in one go. */
export function loadConfig(file: string, env: Env): Config {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new GateError(
      'config-unreadable',
      `${file} cannot be read. \`portcullis init\` writes a first one.`,
      { cause },
    )
  }
  const config = readConfig(text, file, env)
  if (config.ok) return config.value
  throw new GateError('config-invalid', config.error.map(formatProblem).join('\n'))
}

export function formatProblem(problem: ConfigProblem): string {
  const field = problem.field === '' ? '' : ` ${problem.field}:`
  return `${problem.file}:${problem.line}:${problem.column}:${field} ${problem.message} [${problem.code}]`
}

export function readConfig(text: string, file: string, env: Env): Result<Config, readonly ConfigProblem[]> {
  const lines = new LineCounter()
  if (Buffer.byteLength(text) > FILE_BYTES_MAX)
    return failure([problemAt('yaml-malformed', file, '', 1, 1, `larger than ${FILE_BYTES_MAX} bytes`)])
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
  const where = (path: Path): readonly [line: number, column: number] => {
    // The nearest ancestor that is written in the file: a missing field has no place of its own.
    for (let depth = path.length; depth >= 0; depth--) {
      const node = keyOrValue(document, path.slice(0, depth))
      if (node?.range) {
        const { line, col } = lines.linePos(node.range[0])
        return [line, col]
      }
    }
    return [1, 1]
  }
  if (document.errors.length > 0)
    return failure(
      document.errors.map((error) => {
        const { line, col } = lines.linePos(error.pos[0])
        return problemAt('yaml-malformed', file, '', line, col, malformed(error))
      }),
    )
  const problems: ConfigProblem[] = []
  const complain = (code: ConfigProblem['code'], path: Path, message: string): void => {
    problems.push(problemAt(code, file, path.join('.'), ...where(path), message))
  }
  let plain: unknown
  try {
    plain = document.toJS({ maxAliasCount: ALIASES_MAX }) ?? {}
  } catch {
    return failure([problemAt('yaml-malformed', file, '', 1, 1, `more than ${ALIASES_MAX} aliases`)])
  }
  const raw = resolveEnv(plain, env, [], complain)
  const parsed = v.safeParse(fileSchema, raw, { abortPipeEarly: true })
  if (!parsed.success) for (const issue of parsed.issues) describeIssue(issue, complain)
  else checkConfig(parsed.output, complain)
  if (!parsed.success || problems.length > 0) return failure(problems)
  return success(fillIn(parsed.output, file))
}

/** The key of a field where there is one, else the value: an editor jumps to the name that is wrong. */
function keyOrValue(document: Document, path: Path): Node | undefined {
  const parent: unknown = path.length === 0 ? undefined : document.getIn(path.slice(0, -1), true)
  if (isMap(parent)) {
    const pair = parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1))
    if (pair && isNode(pair.key)) return pair.key
  }
  const node: unknown = path.length === 0 ? document.contents : document.getIn(path, true)
  return isNode(node) ? node : undefined
}

type Complain = (code: ConfigProblem['code'], path: Path, message: string) => void

function problemAt(
  code: ConfigProblem['code'],
  file: string,
  field: string,
  line: number,
  column: number,
  message: string,
): ConfigProblem {
  return { code, file, line, column, field, message }
}

const SHELL_VARIABLE = /^\$(?:[A-Z_][A-Z0-9_]*|\{[A-Za-z_][A-Za-z0-9_]*\})$/

/** Any text may be `env:NAME`: secrets stay out of the file. The value itself is never repeated in a message. */
function resolveEnv(value: unknown, env: Env, path: Path, complain: Complain): unknown {
  if (typeof value === 'string' && value.startsWith('env:')) {
    const name = value.slice('env:'.length)
    const found = env[name]
    if (found !== undefined && found !== '') return found
    complain('env-missing', path, `the environment variable ${name} is not set`)
    return 'env-missing-placeholder'
  }
  if (typeof value === 'string' && SHELL_VARIABLE.test(value)) {
    complain('field-invalid', path, `is not filled in: write env:${value.replaceAll(/[^A-Za-z0-9_]/g, '')}`)
    return value
  }
  if (Array.isArray(value))
    return value.map((item, index) => resolveEnv(item, env, [...path, index], complain))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value)
        // A section of which every line is a comment says nothing.
        .filter(([, item]) => item !== null)
        .map(([key, item]) => [key, resolveEnv(item, env, [...path, key], complain)]),
    )
  return value
}

function describeIssue(issue: v.BaseIssue<unknown>, complain: Complain): void {
  const path: Path = (issue.path ?? []).map((item) =>
    typeof item.key === 'number' ? item.key : String(item.key),
  )
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    complain('field-unknown', path, unknownField(fileSchema, path))
  } else if (issue.input === undefined) complain('field-missing', path, 'this field is needed')
  else complain('field-invalid', path, expectation(issue))
}

function fillIn(file: ConfigFile, path: string): Config {
  const { enabled, standing, scoreMin, days, ...parameters } = file.watch
  const { ringMiB, segmentMiB, retainDays, retainGiB, checkpointSeconds, ...ledger } = file.ledger
  return {
    file: path,
    mode: file.mode ?? 'enforce',
    listen: parseAddress(file.listen),
    console: file.console === undefined ? undefined : parseAddress(file.console),
    consoleToken: file.consoleToken,
    oidc: file.oidc,
    store: resolve(dirname(path), file.store),
    upstreams: file.upstreams.map(({ url, key, tlsFingerprint, ...rest }) => ({
      ...rest,
      url: new URL(url),
      key,
      tlsFingerprint,
    })),
    keys: file.keys.map(({ plan, ...rest }) => ({ ...rest, plan })),
    limits: file.limits,
    rates: file.rates,
    trust: { ...file.trust, headers: onlyDefined(file.trust.headers) },
    data: file.data,
    allow: file.allow,
    reasoning: file.reasoning,
    verification: file.verification,
    identity: file.identity,
    telemetry: file.telemetry,
    prompts: file.prompts,
    releases: file.releases,
    ledger: {
      ...ledger,
      ringBytes: ringMiB * 1024 * 1024,
      segmentBytes: segmentMiB * 1024 * 1024,
      retainMs: retainDays * DAY_MS,
      retainBytes: retainGiB * 1024 ** 3,
      checkpointMs: checkpointSeconds * 1_000,
    },
    watch: { enabled, standing, scoreMin, days, parameters: onlyDefined(parameters) },
    agents: agentsConfig(file.agents, path, file.mode),
    hook: hookConfig(file.hook),
    mcp: fillInMcp(file.mcp),
    a2a: fillInA2a(file.a2a),
  }
}

function onlyDefined<Value>(record: Readonly<Record<string, Value | undefined>>): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(record).filter((entry): entry is [string, Value] => entry[1] !== undefined),
  )
}

/** Where the data folder is, for commands that need nothing else and must work without the gate's secrets. */
export function loadStorePath(file: string): string {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new GateError(
      'config-unreadable',
      `${file} cannot be read; \`--store DIR\` names the data folder.`,
      {
        cause,
      },
    )
  }
  const store: unknown = parseDocument(text).get('store')
  return resolve(dirname(file), typeof store === 'string' ? store : STORE_DEFAULT)
}
