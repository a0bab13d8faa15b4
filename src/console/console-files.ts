import { existsSync, readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import type { Handler } from '../doors/front.ts'

/** Beside the sources in a clone and beside the compiled code in a package it is the same folder. */
const BUILT = fileURLToPath(new URL('../../dist/console/files/', import.meta.url))
const PREFIX = '/console/'
/** Every screen is a path of its own, so that it can be linked to and reloaded. */
const SCREENS =
  /^\/(|campaigns|accounts|acts|agents|policies|countermeasures|proof|ledger|settings|signin)(\/[^/]*)*$/
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}
const HASHED = /-[A-Z0-9]{8}\.(js|css)$/

/** Nothing inline and nothing from elsewhere. Text that an attacker wrote can do no more than be read. */
const PROTECTION = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
} as const

type BuiltFile = {
  readonly type: string
  readonly plain: Buffer
  readonly gzip: Buffer
  readonly cache: string
}

const manifestSchema = v.object({ files: v.array(v.pipe(v.string(), v.regex(/^[\w.-]+$/))) })

/**
 * Serves the console's files as they were built: no work at run time but choosing between plain and gzip. Answers the
 * screens' paths and `/console/`; everything else of the address is the admin API's.
 */
export function consoleFiles(directory: string = BUILT): Handler {
  const files = readBuilt(directory)
  return (request, response, path) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return false
    if (path.startsWith(PREFIX)) return serve(request, response, files.get(path.slice(PREFIX.length)))
    if (!SCREENS.test(path)) return false
    const page = files.get('index.html')
    return page ? serve(request, response, page) : sayNotBuilt(response)
  }
}

function readBuilt(directory: string): ReadonlyMap<string, BuiltFile> {
  const manifest = join(directory, 'manifest.json')
  if (!existsSync(manifest)) return new Map()
  const { files } = v.parse(manifestSchema, JSON.parse(readFileSync(manifest, 'utf8')))
  return new Map(
    files.map((name) => [
      name,
      {
        type: TYPES[extname(name)] ?? 'application/octet-stream',
        plain: readFileSync(join(directory, name)),
        gzip: readFileSync(join(directory, `${name}.gz`)),
        cache: HASHED.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache',
      },
    ]),
  )
}

function serve(request: IncomingMessage, response: ServerResponse, file: BuiltFile | undefined): boolean {
  if (file === undefined) return false
  const isGzip = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
  const body = isGzip ? file.gzip : file.plain
  response.writeHead(200, {
    ...PROTECTION,
    'content-type': file.type,
    'content-length': body.length,
    'cache-control': file.cache,
    vary: 'accept-encoding',
    ...(isGzip ? { 'content-encoding': 'gzip' } : {}),
  })
  response.end(request.method === 'HEAD' ? undefined : body)
  return true
}

function sayNotBuilt(response: ServerResponse): boolean {
  const text = 'The console is not built. Run `npm run build:console` and start again.\n'
  response.writeHead(503, { 'content-type': 'text/plain', 'content-length': Buffer.byteLength(text) })
  response.end(text)
  return true
}
