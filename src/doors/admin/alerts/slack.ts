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

type Answer = v.InferOutput<typeof answer>

/** What chat.update says of a message that cannot be edited any more: somebody deleted it, or it is too old. */
const gone: ReadonlySet<string> = new Set([
  ...['message_not_found', 'cant_update_message', 'edit_window_closed'],
])

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
  const call = async (method: 'chat.postMessage' | 'chat.update', where: object): Promise<Answer> => {
    const headers = { ...json, authorization: `Bearer ${secret ?? ''}` }
    const body = JSON.stringify({ ...where, ...message })
    const { text } = await post(`${url.replace(/\/$/, '')}/${method}`, body, headers)
    const read = v.safeParse(answer, text)
    if (!read.success) throw new Error('the answer is not one of Slack')
    return read.output
  }
  if (ref !== undefined) {
    const said = await call('chat.update', { channel: ref.channel ?? channel, ts: ref.id })
    if (said.ok) return delivered(said, 'chat.update ok')
    if (!gone.has(said.error ?? '')) throw new Error(`Slack says ${said.error ?? 'no'}`)
  }
  const said = await call('chat.postMessage', { channel })
  if (!said.ok) throw new Error(`Slack says ${said.error ?? 'no'}`)
  return delivered(
    said,
    ref === undefined ? 'chat.postMessage ok' : 'chat.postMessage ok, in place of one gone',
  )
}

function delivered({ ts, channel }: Answer, detail: string): Delivered {
  // Without the time stamp that names it, the message could never be brought up to date.
  if (ts === undefined) throw new Error('Slack does not say which message it is')
  return { ref: { id: ts, channel }, detail }
}

function blocksOf(alert: Alert): readonly object[] {
  return [
    { type: 'header', text: { type: 'plain_text', text: alertTitle(alert).slice(0, 150) } },
    // Plain text, not mrkdwn: parts of it are attackers' words, and <!channel> would call everybody.
    { type: 'section', text: { type: 'plain_text', text: alertText(alert).slice(0, 3_000) } },
  ]
}
