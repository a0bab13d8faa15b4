// After the demo the same process stays up as a gate, over the demo's store, in front of a local model server.
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig } from '../../config/read-config.ts'
import { DecisionIds } from '../../doors/decision-ids.ts'
import { GateError } from '../../kernel/gate-error.ts'
import { openLog } from '../../kernel/log.ts'
import type { Report } from '../../watch/report.ts'
import type { Console } from '../command.ts'
import { Gateway } from '../gateway.ts'
import { StandIn } from '../replay/stand-in.ts'
import { passAgentSessions } from './agent-sessions.ts'
import { demoTrust, sendRecorded } from './recorded-traffic.ts'

const CONFIG_NAME = 'portcullis.yaml'
const DEMO_KEY = 'sk-demo-local-only'
/** What the demo's traffic asks for. */
const DEMO_MODELS = 'atlas-*'

export type Played = { readonly log: string; readonly report: Report }

/** The least configuration (contract C4). 11434 is where Ollama listens; any OpenAI-shaped server will do. */
function configText(store: string, ports: readonly [gate: number, console: number], standIn = ''): string {
  return `# Written by the demo. Point the upstream at your model server, then: portcullis up --config ${CONFIG_NAME}
mode: observe
listen: 127.0.0.1:${ports[0]}
console: 127.0.0.1:${ports[1]}
store: ${JSON.stringify(store)}
upstreams:
${standIn}  - { name: local, protocol: openai, url: "http://127.0.0.1:11434/v1", models: ["*"], local: true }
keys:
  - { key: "${DEMO_KEY}", account: acct-demo }
`
}

/** The demo's own models are answered by a stand-in, and its accounts are believed from this machine. */
function demoText(store: string, ports: readonly [gate: number, console: number], { url }: StandIn): string {
  const standIn = `  - { name: stand-in, protocol: openai, url: "${url}", models: ["${DEMO_MODELS}"], local: true }\n`
  return `${configText(store, ports, standIn)}${demoTrust}agents: { mode: enforce }\n`
}

/** Serves until the console's signal says stop. The usual ports, or free ones where those are taken. */
export async function stayUp(store: string, played: Played, console: Console): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const standIn = stack.use(await StandIn.open({ host: '127.0.0.1', port: 0 }))
  const gateway = stack.use(await opened(store, standIn, console))
  const file = join(store, CONFIG_NAME)
  if (!existsSync(file)) writeFileSync(file, configText(store, [8080, 8081]))
  const gate = `http://${gateway.front.address.host}:${gateway.front.address.port}`
  const admin = gateway.admin && `http://${gateway.admin.address.host}:${gateway.admin.address.port}`
  console.stdout.write(`
The gate is up, in observe mode, and stays up until Ctrl-C.
${admin ? `  console  ${admin}/\n` : ''}  models   ${gate}/v1   key ${DEMO_KEY}, in front of a model server on 127.0.0.1:11434
  health   ${gate}/healthz
${admin ? `  metrics  ${admin}/metrics\n` : ''}  settings ${file}
`)
  const ended = console.signal.aborted ? Promise.resolve() : once(console.signal, 'abort')
  await Promise.race([ended, fill(gateway, played, console)])
  await ended
}

/** Something on every screen: two sessions of agents, then exchanges that trickle in. A failure costs only that. */
async function fill(
  gateway: Gateway,
  { log, report }: Played,
  { signal, stderr, now }: Console,
): Promise<void> {
  const { host, port } = gateway.front.address
  const ids = new DecisionIds()
  try {
    await passAgentSessions(gateway.road, () => ids.next(now()))
    await sendRecorded(log, report, { url: new URL(`http://${host}:${port}`), key: DEMO_KEY, signal })
  } catch (error) {
    if (!signal.aborted) stderr.write(`the recorded traffic stopped: ${String(error)}\n`)
  }
}

async function opened(store: string, standIn: StandIn, console: Console): Promise<Gateway> {
  const open = async (ports: readonly [number, number]): Promise<Gateway> => {
    const config = readConfig(demoText(store, ports, standIn), join(store, CONFIG_NAME), console.env)
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
