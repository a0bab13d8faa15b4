import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { agentDetectors } from '../gate/agent-gate.ts'
import { readAgentPolicy } from '../gate/decide/read-agent-policy.ts'
import { emitTla } from './emit.ts'

// TLC itself on what `verify --emit-tla` writes. It needs Java and TLC_CLASSPATH, which is tla2tools.jar or classes made
// from its source; without them the test says that it was left out.
const classpath = process.env.TLC_CLASSPATH ?? ''
const isThere = classpath !== '' && spawnSync('java', ['-version']).status === 0
if (!isThere) console.warn('skipped: stock TLC (set TLC_CLASSPATH to tla2tools.jar, with java on the path)')

test.skipIf(!isThere)(
  'stock TLC counts in every emitted module what portcullis wrote that it should',
  { timeout: 1_200_000 },
  () => {
    if (!classpath.includes(':')) expect(existsSync(classpath)).toBe(true)
    const folder = mkdtempSync(join(tmpdir(), 'portcullis-tlc-'))
    try {
      for (const name of ['balanced', 'strict']) {
        const file = new URL(`../../policies/${name}.yaml`, import.meta.url)
        const { system } = readAgentPolicy(readFileSync(file, 'utf8'), name, agentDetectors)
        if (system === undefined) throw new Error(`${name} declares no system`)
        const { modules } = emitTla(system, [])
        for (const each of modules) {
          writeFileSync(join(folder, `${each.name}.tla`), each.module)
          writeFileSync(join(folder, `${each.name}.cfg`), each.config)
        }
        for (const { name: module, counts } of modules)
          if (counts !== undefined)
            expect([name, module, tlc(folder, module)]).toEqual([
              name,
              module,
              { distinct: counts.distinct, generated: counts.generated, depth: counts.depth },
            ])
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
)

function tlc(folder: string, module: string): object {
  const args = ['-cp', classpath, 'tlc2.TLC', '-workers', '1', '-metadir', join(folder, 'states'), module]
  const { stdout } = spawnSync('java', args, { cwd: folder, encoding: 'utf8' })
  const counts = stdout.match(/^(\d+) states generated, (\d+) distinct states found, 0 states left/m)
  const depth = stdout.match(/The depth of the complete state graph search is (\d+)/)
  if (counts === null || depth === null) throw new Error(`TLC did not finish ${module}:\n${stdout}`)
  return { distinct: Number(counts[2]), generated: Number(counts[1]), depth: Number(depth[1]) }
}
