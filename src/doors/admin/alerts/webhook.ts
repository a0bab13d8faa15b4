import { createHmac } from 'node:crypto'
import { request } from 'undici'
import type { Alert, Delivered, MessageRef } from './alert.ts'

export const DELIVERY_MS = 10_000
const ANSWER_CHARACTERS_MAX = 64_000

/**
 * POSTs an alert as JSON. The receiver knows a campaign's message by `campaign.id` and the newest by `revision`. The
 * signature covers the time, so that what was overheard cannot be sent again later.
 */
export async function sendWebhook(
  url: string,
  secret: string | undefined,
  alert: Alert,
  ref: MessageRef | undefined,
): Promise<Delivered> {
  const body = JSON.stringify(alert)
  const seconds = Math.floor(alert.at / 1_000)
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'user-agent': 'portcullis',
    'x-portcullis-event': alert.event,
    'x-portcullis-update': ref === undefined ? 'new' : 'update',
  }
  if (secret !== undefined) headers['x-portcullis-signature'] = signature(secret, seconds, body)
  const { status } = await post(url, body, headers)
  return { ref: { id: alert.campaign.id }, detail: `HTTP ${status}` }
}

export function signature(secret: string, seconds: number, body: string): string {
  const mac = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
  return `t=${seconds},v1=${mac}`
}

/** A redirect is not followed: it would send the alert where nobody said it should go. */
export async function post(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await request(url, {
    ...{ method: 'POST', body, headers: { ...headers } },
    signal: AbortSignal.timeout(DELIVERY_MS),
  })
  const text = (await answer.body.text()).slice(0, ANSWER_CHARACTERS_MAX)
  if (answer.statusCode < 200 || answer.statusCode > 299) throw new Error(`HTTP ${answer.statusCode}`)
  return { status: answer.statusCode, text }
}
