// Generated states per CPU second of the TLA+ checker on a delegation system of 3 agents and 5 tools.
//   node bench/tla-speed.bench.ts
import { fileURLToPath } from 'node:url'
import { runTla } from '../src/prove/tla/run.ts'

const file = fileURLToPath(new URL('../src/prove/tla/specs/Delegation.tla', import.meta.url))
const before = process.cpuUsage()
const report = await runTla({
  file,
  config: file.replace(/tla$/, 'cfg'),
  statesMax: 100_000_000,
  memoryBytesMax: 4 * 2 ** 30,
  print: () => undefined,
  progress: () => undefined,
})
const { user, system } = process.cpuUsage(before)
const seconds = (user + system) / 1e6
process.stdout.write(
  `${report.verdict}: ${report.distinct} distinct, ${report.generated} generated, depth ${report.depth}; ` +
    `${seconds.toFixed(1)} CPU s, ${Math.round(report.generated / seconds)} generated a CPU second\n`,
)
