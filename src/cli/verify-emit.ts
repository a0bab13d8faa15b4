import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { SystemModel } from '../gate/decide/system/model.ts'
import { ledgerEntries } from '../gate/export-exchanges.ts'
import { type Emitted, emitTla } from '../prove/emit.ts'
import { recordedTraces } from '../prove/recorded-traces.ts'
import type { Console, ParsedOptions } from './command.ts'
import { textOption } from './store-option.ts'
import type { Verified } from './verify.ts'

/** Writes each policy's modules, in a folder of its own where there are several. */
export function emitModules(
  folder: string,
  verified: readonly Verified[],
  options: ParsedOptions,
  console: Pick<Console, 'cwd' | 'stderr'>,
): void {
  const store = textOption(options, 'store')
  const ledger = store === undefined ? undefined : join(resolve(console.cwd, store), 'ledger')
  for (const { source } of verified) {
    const { name, system } = source.policy
    if (system === undefined) continue
    const into = verified.length === 1 ? folder : join(folder, name.replaceAll(/[^\w.-]/g, '_'))
    const traces =
      ledger === undefined || !existsSync(ledger)
        ? []
        : recordedTraces(SystemModel.open(system), ledgerEntries(ledger))
    const { modules, left } = emitTla(system, traces)
    mkdirSync(into, { recursive: true })
    for (const module of modules) {
      writeFileSync(join(into, `${module.name}.tla`), module.module)
      if (module.config !== '') writeFileSync(join(into, `${module.name}.cfg`), module.config)
    }
    writeFileSync(join(into, 'README.txt'), readme(modules, left))
    console.stderr.write(`${modules.length} TLA+ modules of ${name} are in ${into}\n`)
  }
}

function readme(modules: readonly Emitted[], left: readonly string[]): string {
  const checked = modules.filter(({ config }) => config !== '')
  const lines = [
    'Check a module with TLC:             java -cp tla2tools.jar tlc2.TLC -workers 1 System.tla',
    'or with the engine of Portcullis:    portcullis tla System.tla',
    '',
    'What Portcullis counted, and TLC should (a violated invariant ends a run early, with other counts):',
    '',
    ...checked.map(({ name, counts }) =>
      counts === undefined
        ? `  ${name}: no counts`
        : `  ${name}: ${counts.distinct} distinct states, ${counts.generated} generated, depth ${counts.depth}`,
    ),
    ...(left.length === 0 ? [] : ['', 'Not written:', '', ...left.map((why) => `  ${why}`)]),
    '',
  ]
  return lines.join('\n')
}
