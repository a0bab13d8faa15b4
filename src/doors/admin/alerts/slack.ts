import * as v from 'valibot'
import { type Alert, alertText, alertTitle, type Delivered, type MessageRef } from './alert.ts'
import { post } from './webhook.ts'

const answer = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    ok: v.boolean(),
    error: v.optional(v.string()),
    ts: v.optional(v.string()),
    channel: v.optional(v.string()),
  }),
)

export type SlackTarget = { readonly url: string; readonly channel?: string | undefined }

/**
 * With a channel: a bot, whose message is brought up to date in place (chat.postMessage, then chat.update). Without:
 * an incoming webhook, which can only say a thing once.
 */
export async function sendSlack(
  { url, channel }: SlackTarget,
  secret: string | undefined,
  alert: Alert,
  ref: MessageRef | undefined,
): Promise<Delivered> {
  const json = { 'content-type': 'application/json; charset=utf-8' }
  const message = { text: alertTitle(alert), blocks: blocksOf(alert) }
  if (channel === undefined) {
    const { status } = await post(url, JSON.stringify(message), json)
    return { ref: { id: alert.campaign.id }, detail: `HTTP ${status}` }
  }
  const [method, where] =
    ref === undefined
      ? ['chat.postMessage', { channel }]
      : ['chat.update', { channel: ref.channel ?? channel, ts: ref.id }]
  const { text } = await post(
    `${url.replace(/\/$/, '')}/${method}`,
    JSON.stringify({ ...where, ...message }),
    {
      ...json,
      authorization: `Bearer ${secret ?? ''}`,
    },
  )
  const read = v.safeParse(answer, text)
  if (!read.success) throw new Error('the answer is not one of Slack')
  if (!read.output.ok) throw new Error(`Slack says ${read.output.error ?? 'no'}`)
  return { ref: { id: read.output.ts ?? '', channel: read.output.channel }, detail: `${method} ok` }
}

function blocksOf(alert: Alert): readonly object[] {
  return [
    { type: 'header', text: { type: 'plain_text', text: alertTitle(alert).slice(0, 150) } },
    // Plain text, not mrkdwn: parts of it are attackers' words, and <!channel> would call everybody.
    { type: 'section', text: { type: 'plain_text', text: alertText(alert).slice(0, 3_000) } },
  ]
}
