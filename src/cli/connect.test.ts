import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hookAgents } from '../doors/hook/hook-event.ts'
import { agentPlans, type Wanted } from './connection/agent-plans.ts'
import { asPlugin } from './connection/claude-plugin.ts'
import { portcullis } from './testing/terminal.ts'

let home: string
let cwd: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'connect-'))
  cwd = join(home, 'project')
  mkdirSync(cwd)
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const run = (...argv: readonly string[]) => portcullis(argv, { cwd, env: { HOME: home } })
const claude = () => join(home, '.claude', 'settings.json')

function write(file: string, text: string): void {
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, text)
}

describe.each(hookAgents)('%s', (agent) => {
  const fileOf = () => agentPlans[agent].file('user', { home, cwd, platform: 'linux' }) ?? ''

  test('a file that was not there comes and goes, with its folder', async () => {
    const connected = await run('connect', agent, '--yes')
    expect(connected).toMatchObject({ code: 0, err: '' })
    expect(connected.out).toContain('is connected')
    expect(JSON.parse(readFileSync(fileOf(), 'utf8')).hooks).toBeDefined()
    expect(await run('connect', agent, '--yes')).toMatchObject({
      code: 0,
      out: expect.stringContaining('nothing changes'),
    })
    expect((await run('disconnect', agent)).code).toBe(0)
    expect(() => statSync(join(fileOf(), '..'))).toThrow()
  })

  test('a file that was there comes back byte for byte, however it was written', async () => {
    const before = '\ufeff{\r\n\t"theme" : "dark",\r\n\r\n\t"hooks": {"Stop": [ ]}\r\n}'.slice(1)
    write(fileOf(), before)
    expect((await run('connect', agent, '--yes')).code).toBe(0)
    expect(readFileSync(fileOf(), 'utf8')).not.toBe(before)
    expect((await run('disconnect', agent)).code).toBe(0)
    expect(readFileSync(fileOf(), 'utf8')).toBe(before)
  })
})

test('nothing is written with --dry-run, without an answer, or beside a file that is no JSON object', async () => {
  write(claude(), '{"a": 1}')
  expect(await run('connect', 'claude-code', '--dry-run')).toMatchObject({ code: 0 })
  expect(await run('connect', 'claude-code')).toMatchObject({
    code: 2,
    err: expect.stringContaining('--yes'),
  })
  expect(readFileSync(claude(), 'utf8')).toBe('{"a": 1}')
  write(claude(), '{"a": ')
  expect(await run('connect', 'claude-code', '--yes')).toMatchObject({
    code: 2,
    err: expect.stringContaining('agent-settings-unusable'),
  })
  expect(readFileSync(claude(), 'utf8')).toBe('{"a": ')
})

test('a file that has changed since is left alone, and --own takes out only the entries of the gate', async () => {
  write(claude(), '{\n  "theme": "dark"\n}\n')
  await run('connect', 'claude-code', '--yes')
  const changed = readFileSync(claude(), 'utf8').replace('"dark"', '"light"')
  writeFileSync(claude(), changed)
  expect(await run('disconnect', 'claude-code')).toMatchObject({
    code: 2,
    err: expect.stringMatching(/agent-settings-changed.*--own/),
  })
  expect(readFileSync(claude(), 'utf8')).toBe(changed)
  expect((await run('disconnect', 'claude-code', '--own')).code).toBe(0)
  expect(JSON.parse(readFileSync(claude(), 'utf8'))).toEqual({ theme: 'light' })
})

test('a link to the settings stays a link, and the mode of the file stays', async () => {
  const real = join(home, 'dotfiles.json')
  writeFileSync(real, '{}\n', { mode: 0o600 })
  mkdirSync(join(home, '.claude'))
  symlinkSync(real, claude())
  await run('connect', 'claude-code', '--yes')
  expect(lstatSync(claude()).isSymbolicLink()).toBe(true)
  expect(statSync(real).mode & 0o777).toBe(0o600)
  await run('disconnect', 'claude-code')
  expect(readFileSync(real, 'utf8')).toBe('{}\n')
})

test('a project has settings of its own, and is disconnected by itself', async () => {
  await run('connect', 'claude-code', '--yes')
  await run('connect', 'claude-code', '--project', '--yes')
  expect((await run('disconnect', 'claude-code', '--project')).code).toBe(0)
  expect(() => statSync(join(cwd, '.claude'))).toThrow()
  expect(readFileSync(claude(), 'utf8')).toContain('PreToolUse')
})

test('an HTTP hook has its key from the environment, and a command beside each guard', async () => {
  await run(
    'connect',
    'claude-code',
    '--http',
    '--key-file',
    'key.txt',
    '--url',
    'http://gate.test:8080/',
    '--yes',
  )
  const { hooks } = JSON.parse(readFileSync(claude(), 'utf8'))
  expect(hooks.PreToolUse[0].hooks).toMatchObject([
    {
      type: 'http',
      url: 'http://gate.test:8080/hook',
      onFailure: 'block',
      allowedEnvVars: ['PORTCULLIS_HOOK_KEY'],
    },
    { type: 'command', command: expect.stringMatching(/--alive \|\| exit 2$/) },
  ])
  expect(hooks.Stop[0].hooks).toHaveLength(1)
})

test('managed settings are refused without the right to write them, and where none are known', async () => {
  const edits = agentPlans['claude-code'].edits({
    ...{
      scope: 'managed',
      url: 'http://g',
      isHttp: true,
      isStrict: true,
      isPlugin: false,
      keyFile: undefined,
    },
    ...{ waitSeconds: 0, program: ['node', 'p.js'] },
  })
  const values = Object.fromEntries(
    edits.filter(({ kind }) => kind === 'set').map(({ path, value }) => [path.join('.'), value]),
  )
  expect(values).toMatchObject({
    allowManagedHooksOnly: true,
    'permissions.disableBypassPermissionsMode': 'disable',
    allowManagedPermissionRulesOnly: true,
    allowManagedMcpServersOnly: true,
    'sandbox.failIfUnavailable': true,
    allowedHttpHookUrls: ['http://g/hook'],
  })
  expect(await run('connect', 'codex', '--managed', '--yes')).toMatchObject({ code: 2 })
})

test('rules that let anything through unasked are named by connect and by doctor, and are not changed', async () => {
  write(
    claude(),
    '{"permissions":{"allow":["Bash(npm test)","Bash(python3:*)"],"defaultMode":"bypassPermissions"}}',
  )
  const { out } = await run('connect', 'claude-code', '--dry-run')
  expect(out).toMatch(/Bash\(python3:\*\) {2}whatever python3 is told/)
  expect(out).toContain('sets defaultMode to bypassPermissions')
  expect(out.split('These rules')[1]).not.toContain('npm test')
  expect((await run('doctor')).out).toContain('Bash(python3:*)')
})

test('what is asked for wrongly is said', async () => {
  for (const argv of [
    ['connect'],
    ['connect', 'emacs'],
    ['connect', 'claude-code', '--user', '--project'],
    ['connect', 'codex', '--http'],
    ['connect', 'claude-code', '--strict'],
    ['connect', 'claude-code', '--url', 'gate:8080'],
    ['connect', 'claude-code', '--wait', 'long'],
    ['disconnect', 'claude-code'],
  ])
    expect(await run(...argv)).toMatchObject({ code: 2, err: expect.stringContaining('usage') })
})

describe('as a plugin of Claude Code', () => {
  const plugin = (...path: readonly string[]) => join(home, '.claude', 'portcullis-plugin', ...path)
  const json = (file: string) => JSON.parse(readFileSync(file, 'utf8'))

  test('the hooks move into a plugin that the settings name, and disconnecting leaves not a byte of it', async () => {
    const before = '{\n  "model": "opus", "enabledPlugins": {"own@mine": true}\n}'
    write(claude(), before)
    expect((await run('connect', 'claude-code', '--yes')).code).toBe(0)
    const { hooks } = json(claude())
    expect((await run('disconnect', 'claude-code')).code).toBe(0)

    const shown = await run('connect', 'claude-code', '--plugin', '--dry-run')
    for (const name of ['marketplace.json', 'plugin.json', 'hooks.json', 'settings.json'])
      expect(shown.out).toContain(name)
    expect(readFileSync(claude(), 'utf8')).toBe(before)

    expect((await run('connect', 'claude-code', '--plugin', '--yes')).code).toBe(0)
    const settings = json(claude())
    expect(settings).toEqual({
      model: 'opus',
      enabledPlugins: { 'own@mine': true, 'portcullis@portcullis': true },
      extraKnownMarketplaces: { portcullis: { source: { source: 'directory', path: plugin() } } },
    })
    expect(json(plugin('portcullis', 'hooks', 'hooks.json')).hooks).toEqual(hooks)
    const { plugins } = json(plugin('.claude-plugin', 'marketplace.json'))
    expect(plugins).toMatchObject([{ name: 'portcullis', source: './portcullis' }])
    expect(json(plugin('portcullis', '.claude-plugin', 'plugin.json'))).toMatchObject({ name: 'portcullis' })
    expect((await run('connect', 'claude-code', '--plugin', '--yes')).out).toContain('connected already')

    expect((await run('disconnect', 'claude-code')).code).toBe(0)
    expect(readFileSync(claude(), 'utf8')).toBe(before)
    expect(() => statSync(plugin())).toThrow(/ENOENT/)
  })

  test('a plugin that was changed is not taken away without being asked', async () => {
    expect((await run('connect', 'claude-code', '--plugin', '--yes')).code).toBe(0)
    const file = plugin('portcullis', 'hooks', 'hooks.json')
    writeFileSync(file, '{}')
    expect((await run('disconnect', 'claude-code')).code).toBe(2)
    expect((await run('disconnect', 'claude-code', '--own')).code).toBe(0)
    expect(() => statSync(plugin())).toThrow(/ENOENT/)
  })

  test('managed settings switch it on, keep all else, and know no other marketplace when strict', () => {
    const wanted: Wanted = {
      ...{ scope: 'managed', url: 'http://127.0.0.1:8080', isHttp: false, isStrict: true, isPlugin: true },
      ...{ keyFile: undefined, waitSeconds: 0, program: ['node', 'portcullis.js'] },
    }
    const settings = '/etc/claude-code/managed-settings.json'
    const { edits, files } = asPlugin(agentPlans['claude-code'].edits(wanted), settings, wanted)
    const set = Object.fromEntries(
      edits.map((edit) => [edit.path.join('.'), edit.kind === 'set' ? edit.value : edit]),
    )
    const source = { source: 'directory', path: '/etc/claude-code/portcullis-plugin' }
    expect(set).toMatchObject({
      allowManagedHooksOnly: true,
      'permissions.disableBypassPermissionsMode': 'disable',
      'enabledPlugins.portcullis@portcullis': true,
      strictKnownMarketplaces: [source],
    })
    expect(files.every(({ file }) => file.startsWith('/etc/claude-code/portcullis-plugin/'))).toBe(true)
  })

  test('other agents have none', async () => {
    expect((await run('connect', 'codex', '--plugin', '--yes')).code).toBe(2)
  })
})

test('doctor tells when hooks that were connected are there no more, and not when the user adds a setting', async () => {
  const told = async () => {
    const { out } = await run('doctor', '--json')
    const { checks } = JSON.parse(out) as { checks: { name: string; state: string; detail: string }[] }
    return checks.filter(({ name }) => name === 'hooks').map(({ state }) => state)
  }
  expect(await told()).toEqual([])
  await run('connect', 'claude-code', '--yes')
  expect(await told()).toEqual(['present'])
  const settings = JSON.parse(readFileSync(claude(), 'utf8'))
  write(claude(), JSON.stringify({ model: 'm', ...settings }))
  expect(await told()).toEqual(['present'])
  write(claude(), JSON.stringify({ ...settings, hooks: { ...settings.hooks, PreToolUse: [] } }))
  expect(await told()).toEqual(['missing'])
  write(claude(), JSON.stringify(settings))
  expect((await run('disconnect', 'claude-code', '--own')).code).toBe(0)
  expect((await run('connect', 'claude-code', '--plugin', '--yes')).code).toBe(0)
  expect(new Set(await told())).toEqual(new Set(['present']))
  const hooks = join(home, '.claude', 'portcullis-plugin', 'portcullis', 'hooks', 'hooks.json')
  write(hooks, '{"hooks":{}}')
  expect(await told()).toContain('missing')
  rmSync(hooks)
  expect(await told()).toContain('missing')
})
