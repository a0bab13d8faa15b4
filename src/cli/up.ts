import { once } from 'node:events'
import { resolve } from 'node:path'
import { loadConfig } from '../config/read-config.ts'
import { openLog } from '../kernel/log.ts'
import type { Command } from './command.ts'
import { Gateway } from './gateway.ts'

export const up: Command = {
  usage: '[--config FILE]',
  description:
    'Serves the model doors, the agent doors and the console as the configuration says, until it is told to stop.\nStopping drains: what is under way may finish. Log lines go to standard error as JSON.',
  options: {
    config: { type: 'string', value: 'FILE', summary: 'the configuration (default: portcullis.yaml)' },
  },
  examples: [
    ['portcullis up', 'serve what portcullis.yaml says'],
    ['portcullis up --config /etc/portcullis.yaml', 'the same from elsewhere'],
  ],
  run: async (_positionals, options, console) => {
    const file = resolve(console.cwd, typeof options.config === 'string' ? options.config : 'portcullis.yaml')
    const config = loadConfig(file, console.env)
    const log = openLog(console.stderr, console.now)
    const gateway = await Gateway.open(config, { log, now: console.now })
    const { front, admin } = gateway
    log('info', 'up', {
      listen: `${front.address.host}:${front.address.port}`,
      console: admin ? `${admin.address.host}:${admin.address.port}` : undefined,
      mode: config.mode,
    })
    if (!console.signal.aborted) await once(console.signal, 'abort')
    log('info', 'draining', { connections: front.connections })
    await gateway[Symbol.asyncDispose]()
    log('info', 'down')
    return 0
  },
}
