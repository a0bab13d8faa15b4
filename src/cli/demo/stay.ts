// After the demo the same process stays up as a gate, over the demo's store, in front of a local model server.
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig } from '../../config/read-config.ts'
import { GateError } from '../../kernel/gate-error.ts'
import { openLog } from '../../kernel/log.ts'
import type { Console } from '../command.ts'
import { Gateway } from '../gateway.ts'

const CONFIG_NAME = 'portcullis.yaml'
const DEMO_KEY = 'sk-demo-local-only'

/** The least configuration (contract C4). 11434 is where Ollama listens; any OpenAI-shaped server will do. */
function configText(store: string, ports: readonly [gate: number, console: number]): string {
  return `# Written by the demo. Point the upstream at your model server, then: portcullis up --config ${CONFIG_NAME}
mode: observe
listen: 127.0.0.1:${ports[0]}
console: 127.0.0.1:${ports[1]}
store: ${JSON.stringify(store)}
upstreams:
  - { name: local, protocol: openai, url: "http://127.0.0.1:11434/v1", models: ["*"], local: true }
keys:
  - { key: "${DEMO_KEY}", account: acct-demo }
`
}

/** Serves until the console's signal says stop. The usual ports, or free ones where those are taken. */
export async function stayUp(store: string, console: Console): Promise<void> {
  await using gateway = await opened(store, console)
  const file = join(store, CONFIG_NAME)
  if (!existsSync(file)) writeFileSync(file, configText(store, [8080, 8081]))
  const gate = `http://${gateway.front.address.host}:${gateway.front.address.port}`
  const admin = gateway.admin && `http://${gateway.admin.address.host}:${gateway.admin.address.port}`
  console.stdout.write(`
The gate is up, in observe mode, and stays up until Ctrl-C.
  models   ${gate}/v1   key ${DEMO_KEY}, in front of a model server on 127.0.0.1:11434
  health   ${gate}/healthz
${admin ? `  metrics  ${admin}/metrics\n` : ''}  settings ${file}
`)
  if (!console.signal.aborted) await once(console.signal, 'abort')
}

async function opened(store: string, console: Console): Promise<Gateway> {
  const open = async (ports: readonly [number, number]): Promise<Gateway> => {
    const config = readConfig(configText(store, ports), join(store, CONFIG_NAME), console.env)
    if (!config.ok)
      throw new GateError('config-invalid', 'the demo wrote a configuration that it cannot read')
    return await Gateway.open(config.value, {
      log: openLog(console.stderr, console.now),
      now: console.now,
      env: console.env,
    })
  }
  try {
    return await open([8080, 8081])
  } catch (error) {
    if (!(error instanceof GateError && error.code === 'listen-failed')) throw error
    return await open([0, 0])
  }
}
