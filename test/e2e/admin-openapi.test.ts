import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { problems } from '../../src/doors/admin/api/problems.ts'
import { RunningGate } from './running-gate.ts'

// PORTCULLIS_WRITE=1 npx vitest run test/e2e/admin-openapi.test.ts writes docs/openapi.json and the page's table anew.

const root = fileURLToPath(new URL('../../docs/', import.meta.url))
type Operation = {
  readonly summary: string
  readonly description: string
  readonly security?: unknown
  readonly parameters: readonly { readonly name: string; readonly in: string }[]
}
type Document = { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> }

let gate: RunningGate
let served: Document
beforeAll(async () => {
  gate = await RunningGate.open(
    'consoleToken: a-console-token-for-tests\nupstreams: [{ name: far, protocol: openai, url: "http://127.0.0.1:9" }]\n',
  )
  served = (await (await fetch(`${gate.consoleUrl}/api/openapi.json`)).json()) as Document
  if (process.env.PORTCULLIS_WRITE) writeDown()
})
afterAll(async () => await gate[Symbol.asyncDispose]())

const operations = (): (readonly [method: string, path: string, operation: Operation])[] =>
  Object.entries(served.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [method.toUpperCase(), path, operation] as const),
  )

function tableRows(): string[] {
  const roleOf = ({ description }: Operation): string => /role (\w+)/.exec(description)?.[1] ?? 'anyone'
  return operations().map(
    ([method, path, operation]) => `| \`${method} ${path}\` | ${roleOf(operation)} | ${operation.summary} |`,
  )
}

function writeDown(): void {
  writeFileSync(`${root}openapi.json`, `${JSON.stringify(served, null, 1)}\n`)
  const page = readFileSync(`${root}admin-api.md`, 'utf8')
  const table = ['| route | least role | what it does |', '|---|---|---|', ...tableRows()].join('\n')
  writeFileSync(
    `${root}admin-api.md`,
    page.replace(
      /(## Routes\n\n)[\s\S]*?(\n\n## )/,
      (_, before: string, after: string) => before + table + after,
    ),
  )
}

test('the document in docs is the one that is served, but for the version', () => {
  const written = JSON.parse(readFileSync(`${root}openapi.json`, 'utf8')) as Document
  expect(written.paths).toEqual(served.paths)
})

test('the page names every route with its role, and no other', () => {
  const page = readFileSync(`${root}admin-api.md`, 'utf8')
  const named = [...page.matchAll(/^\| `(?:GET|POST|DELETE) \/api.*$/gm)].map(([row]) => row)
  expect(named).toEqual(tableRows())
})

test('the page names every code of a refusal', () => {
  const page = readFileSync(`${root}admin-api.md`, 'utf8')
  for (const code of Object.keys(problems)) expect(page).toContain(`\`${code}\``)
})

test('every route of the document is there, and asks for a sign-in exactly where it says so', async () => {
  for (const [method, path, operation] of operations()) {
    // Open to all, and each with its own ways to refuse.
    if ((path === '/api/session' && method === 'POST') || path.startsWith('/api/oidc/')) continue
    const { status } = await fetch(`${gate.consoleUrl}${path.replace(/\{\w+\}/g, 'x')}`, { method })
    const isOpen = operation.security !== undefined
    expect(status, `${method} ${path}`).toBe(isOpen ? 200 : 401)
  }
})

test('what the document does not name is not there', async () => {
  for (const path of ['/api/', '/api/secrets', '/api/campaigns/x/y/z', '/api/users/x/password'])
    expect((await fetch(`${gate.consoleUrl}${path}`)).status, path).toBe(404)
})
