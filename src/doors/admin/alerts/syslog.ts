import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import { hostname } from 'node:os'
import { connect as connectTls } from 'node:tls'
import { type Alert, alertTitle, type Delivered } from './alert.ts'
import { DELIVERY_MS } from './webhook.ts'

export type SyslogTarget = {
  readonly host: string
  readonly port: number
  readonly transport: 'udp' | 'tcp' | 'tls'
}

const LOCAL0 = 16
const WARNING = 4
const NOTICE = 5
/** The number that RFC 5612 keeps for examples: structured data needs one, and we have none of our own. */
const ENTERPRISE = 32473

/** One line a telling (RFC 5424); whoever collects them joins those of a campaign by its id. */
export async function sendSyslog(target: SyslogTarget, alert: Alert): Promise<Delivered> {
  const line = syslogLine(alert, hostname(), process.pid)
  if (target.transport === 'udp') await sendDatagram(target, line)
  else await sendFramed(target, line)
  return { ref: { id: alert.campaign.id }, detail: `sent over ${target.transport}` }
}

export function syslogLine(alert: Alert, host: string, pid: number): string {
  const { campaign, event, revision, at } = alert
  const priority = LOCAL0 * 8 + (event === 'test' ? NOTICE : WARNING)
  const fields = Object.entries({
    campaign: campaign.id,
    revision,
    state: campaign.state,
    score: campaign.score.toFixed(3),
    accounts: campaign.accounts,
    exchanges: campaign.exchanges,
  })
  const data = fields.map(([name, value]) => `${name}="${escaped(String(value))}"`).join(' ')
  const time = new Date(at).toISOString()
  return `<${priority}>1 ${time} ${header(host)} portcullis ${pid} ${event} [portcullis@${ENTERPRISE} ${data}] \ufeff${oneLine(alertTitle(alert))}`
}

function escaped(value: string): string {
  return oneLine(value).replace(/["\\\]]/g, '\\$&')
}

/** Printable ASCII without spaces, as the header wants it. */
function header(text: string): string {
  return text.replace(/[^\x21-\x7e]/g, '').slice(0, 255) || '-'
}

function oneLine(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ')
}

async function sendDatagram({ host, port }: SyslogTarget, line: string): Promise<void> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  socket.once('error', reject)
  socket.send(line, port, host, (error) => {
    if (error) reject(error)
    else resolve()
  })
  try {
    await promise
  } finally {
    socket.close()
  }
}

/** Octet counting (RFC 6587, 3.4.1), which TLS asks for (RFC 5425) and TCP allows. */
async function sendFramed({ host, port, transport }: SyslogTarget, line: string): Promise<void> {
  const signal = AbortSignal.timeout(DELIVERY_MS)
  const socket = transport === 'tls' ? connectTls({ host, port, servername: host }) : connect({ host, port })
  try {
    await once(socket, transport === 'tls' ? 'secureConnect' : 'connect', { signal })
    socket.end(`${Buffer.byteLength(line)} ${line}`)
    await once(socket, 'close', { signal })
  } finally {
    socket.destroy()
  }
}
