import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commands } from './commands.ts'
import { run } from './run.ts'
import { testConsole } from './testing/console.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'portcullis-verify-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function portcullis(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const console = testConsole(root)
  const code = await run(commands, args, console)
  return { code, out: console.out(), err: console.err() }
}

type Said = {
  readonly verdicts: readonly {
    readonly policy: string
    readonly property: string
    readonly verdict: string
    readonly vacuous: boolean
    readonly twins: readonly { readonly verdict: string }[]
    readonly trace?: readonly { readonly story: string }[]
  }[]
}

test('every shipped policy is proved, and every proof has a weakened system in which it breaks', async () => {
  const { code, out } = await portcullis('verify', '--json')
  const { verdicts } = JSON.parse(out) as Said
  expect(code).toBe(0)
  expect([...new Set(verdicts.map(({ policy }) => policy))]).toEqual(['observe', 'balanced', 'strict'])
  expect(verdicts.length).toBe(33)
  for (const { policy, property, verdict, vacuous, twins } of verdicts) {
    expect([policy, property, verdict, vacuous]).toEqual([policy, property, 'proved', false])
    expect(twins.at(-1)?.verdict).toBe('violated')
  }
})

test('each flawed example shows its flaw as a short story, a diagram and a finding for code scanners', async () => {
  const pictures = join(folder, 'pictures')
  const sarifFile = join(folder, 'flaws.sarif')
  const flags = ['--config', 'policies/examples/flawed', '--svg', pictures, '--sarif', sarifFile]
  const { code, out } = await portcullis('verify', ...flags, '--json')
  expect(code).toBe(1)
  const violated = (JSON.parse(out) as Said).verdicts.filter(({ verdict }) => verdict === 'violated')
  expect(violated.map(({ policy, property, trace }) => [policy, property, trace?.length])).toEqual([
    ['loose-approval', 'approval-before-destructive', 2],
    ['reader-reaches-sink', 'no-label-to-sink', 2],
    ['reader-reaches-sink', 'injected-agent-cannot', 3],
    ['widening-delegation', 'no-credential-without-entitlement', 4],
    ['widening-delegation', 'revocation-takes-effect', 4],
  ])
  const picture = readFileSync(join(pictures, 'widening-delegation-revocation-takes-effect.svg'), 'utf8')
  expect(picture).toContain('2. revokes')
  const { runs } = JSON.parse(readFileSync(sarifFile, 'utf8'))
  expect(runs[0].results).toHaveLength(5)
  expect(runs[0].results[0]).toMatchObject({ ruleId: 'approval-before-destructive', level: 'error' })
  expect((await portcullis('verify', ...flags)).out).toContain(
    '1. A person approves that releaser calls publish_release with arguments A.',
  )
})

test('a configuration is verified by the policy it names', async () => {
  const file = join(folder, 'portcullis.yaml')
  writeFileSync(file, 'listen: 127.0.0.1:0\nagents: { policy: strict }\n')
  const { code, out } = await portcullis('verify', '--config', file)
  expect([code, out]).toEqual([0, expect.stringContaining('policies/strict.yaml: 11 of 11')])
})

test('no declared system, an exhausted limit, a wrong name: each has its exit code and says why', async () => {
  const file = join(folder, 'bare.yaml')
  const bare = 'name: bare\ndetectors: [flow]\nrules: []\n'
  writeFileSync(file, bare)
  expect(await portcullis('verify', '--policy', file)).toMatchObject({
    code: 3,
    out: expect.stringContaining('declares no system'),
  })
  writeFileSync(file, `${bare}system: { tools: { t: { needs: [k] } }, agents: { a: { tools: [t] } } }\n`)
  expect(await portcullis('verify', '--policy', file)).toMatchObject({
    code: 2,
    err: expect.stringMatching(
      /bare\.yaml:4: system\.tools\.t\.needs\.0: k is not among the system's credentials/,
    ),
  })
  expect((await portcullis('verify', '--policy', 'nowhere.yaml')).code).toBe(2)
})

test('with a store the verdicts and the model they are about go into its ledger', async () => {
  const store = join(folder, 'store')
  expect((await portcullis('verify', '--policy', 'strict', '--json', '--store', store)).code).toBe(0)
  const { out } = await portcullis('ledger', 'export', '--store', store)
  const { entry } = JSON.parse(out.split('\n')[0] ?? '')
  expect(entry).toMatchObject({
    kind: 'verdict',
    policy: 'strict',
    model: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
})

test('--emit-tla writes modules with the counts to expect, and portcullis tla finds those counts', async () => {
  const into = join(folder, 'tla')
  expect((await portcullis('verify', '--policy', 'strict', '--json', '--emit-tla', into)).code).toBe(0)
  const expected = readFileSync(join(into, 'README.txt'), 'utf8')
  const { code, out } = await portcullis('tla', join(into, 'InjectedAgentCannot.tla'), '--json')
  const { distinct, generated, depth } = JSON.parse(out)
  expect(code).toBe(0)
  expect(expected).toContain(
    `InjectedAgentCannot: ${distinct} distinct states, ${generated} generated, depth ${depth}`,
  )
})

test('--against says in one sentence what is newly allowed, with a request, and exits by it', async () => {
  const file = join(folder, 'looser.yaml')
  const strict = readFileSync(join(root, 'policies/strict.yaml'), 'utf8')
  writeFileSync(file, strict.replace('cascades: true', 'cascades: false'))
  expect((await portcullis('verify', '--policy', file, '--against', file)).code).toBe(0)
  const { code, out } = await portcullis('verify', '--policy', file, '--against', 'strict', '--json')
  expect(code).toBe(1)
  const { loosenings } = JSON.parse(out)
  expect(loosenings[0].sentence).toMatch(
    /^After 2 steps that both allow, this is newly allowed: .* calls search_docs/,
  )
  expect(loosenings[0].request.acts).toHaveLength(3)
})

test('a page keeps to 80 columns, but for the path of the policy', async () => {
  const { out } = await portcullis('verify', '--policy', 'balanced')
  expect(out.split('\n').filter((line) => line.length > 80 && !line.includes('balanced.yaml'))).toEqual([])
})
