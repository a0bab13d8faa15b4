import { GateError } from '../kernel/gate-error.ts'
import { hunt as runHunt } from '../watch/hunt.ts'
import type { Command } from './command.ts'

export const hunt: Command = {
  usage: 'LOG... [--json] [--until TS]',
  description: 'Finds distillation campaigns in exchange logs.',
  options: {
    json: { type: 'boolean', summary: 'one JSON object on standard output' },
    until: { type: 'string', value: 'TS', summary: 'ignore exchanges after this time, Unix ms' },
  },
  examples: [['portcullis hunt logs/*.jsonl.gz', 'hunt over many logs']],
  run: async (positionals, options, console) => {
    if (positionals.length === 0) throw new GateError('usage', 'name at least one log')
    const began = performance.now()
    const { report } = await runHunt(positionals, {
      signal: console.signal,
      ...(typeof options.until === 'string' && { until: Number(options.until) }),
    })
    const { exchanges, accounts, rejected, campaigns } = report
    console.stdout.write(
      `${JSON.stringify({ exchanges, accounts, rejected, seconds: (performance.now() - began) / 1000, peakRssMiB: process.resourceUsage().maxRSS / 1024, campaigns })}\n`,
    )
    return 0
  },
}
