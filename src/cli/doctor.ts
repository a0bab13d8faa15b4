import type { Command } from './command.ts'

export const doctor: Command = {
  usage: '[--json]',
  description: 'Checks this machine and this installation.',
  options: { json: { type: 'boolean', summary: 'one JSON object on standard output' } },
  examples: [['portcullis doctor', 'check this machine']],
  run: async (_positionals, options, console) => {
    const report = { node: process.versions.node, systemNode: console.env.PORTCULLIS_SYSTEM_NODE ?? null }
    console.stdout.write(options.json ? `${JSON.stringify(report)}\n` : `Node ${report.node}\n`)
    return 0
  },
}
