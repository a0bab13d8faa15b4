import { createTransport } from 'nodemailer'
import { type Alert, alertText, alertTitle, type Delivered, type MessageRef } from './alert.ts'
import { DELIVERY_MS } from './webhook.ts'

export type EmailTarget = {
  readonly host: string
  readonly port: number
  readonly security: 'none' | 'starttls' | 'tls'
  readonly user?: string | undefined
  readonly from: string
  readonly to: readonly string[]
}

/** A mail cannot be changed once it is sent: what follows answers the first, so that a reader shows one conversation. */
export async function sendEmail(
  target: EmailTarget,
  secret: string | undefined,
  alert: Alert,
  ref: MessageRef | undefined,
): Promise<Delivered> {
  const { host, port, security, user, from, to } = target
  const transport = createTransport({
    ...{
      host,
      port,
      secure: security === 'tls',
      requireTLS: security === 'starttls',
      ignoreTLS: security === 'none',
    },
    ...(user === undefined ? {} : { auth: { user, pass: secret ?? '' } }),
    ...{ connectionTimeout: DELIVERY_MS, greetingTimeout: DELIVERY_MS, socketTimeout: DELIVERY_MS },
    // Nothing of an alert may name a file or an address to be read into the mail.
    ...{ disableFileAccess: true, disableUrlAccess: true },
  })
  try {
    const title = alertTitle(alert)
    const sent = await transport.sendMail({
      ...{ from, to: [...to], text: alertText(alert) },
      subject: ref === undefined ? title : `Re: ${title}`,
      ...(ref === undefined ? {} : { inReplyTo: ref.id, references: [ref.id] }),
      headers: {
        'X-Portcullis-Campaign': alert.campaign.id,
        'X-Portcullis-Revision': String(alert.revision),
      },
    })
    return { ref: ref ?? { id: sent.messageId }, detail: sent.response }
  } finally {
    transport.close()
  }
}
