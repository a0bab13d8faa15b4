import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { formatProblem, readConfig } from '../../src/config/read-config.ts'

const page = readFileSync(fileURLToPath(new URL('../../docs/model-gate.md', import.meta.url)), 'utf8')
const blocks = [...page.matchAll(/```yaml\n(.*?)```/gs)].map((match) => match[1] ?? '')
const env = {
  UPSTREAM_KEY: 'sk-upstream',
  SERVICE_KEY: 'sk-service',
  CONSOLE_TOKEN: '0123456789abcdef',
  OIDC_SECRET: 'a secret of the provider',
  PROMPT_KEY: 'a key that is long enough',
}

test('every configuration in the documentation is valid', () => {
  expect(blocks.length).toBeGreaterThan(1)
  for (const block of blocks) {
    const config = readConfig(block, '/portcullis.yaml', env)
    expect(config.ok ? [] : config.error.map(formatProblem)).toEqual([])
  }
})

test('the documentation names every section there is', () => {
  const full = readConfig(blocks[1] ?? '', '/portcullis.yaml', env)
  const sections = Object.keys(full.ok ? full.value : {}).filter((section) => section !== 'file')
  expect(sections.filter((section) => !new RegExp(`^${section}:`, 'm').test(blocks[1] ?? ''))).toEqual([])
})
