import type { ServerResponse } from 'node:http'
import { eventText } from '../mcp/event-stream.ts'
import { Reply } from '../mcp/reply.ts'
import { restAnswer } from './rest.ts'

/** An answer in the HTTP+JSON binding. What it is given is written in the other, as everything behind the door is. */
export class RestReply extends Reply {
  constructor(response: ServerResponse, id: string) {
    super(response, id, 'application/a2a+json')
  }

  override get passesBytes(): boolean {
    return false
  }

  override message(status: number, text: string, headers: Readonly<Record<string, string>> = {}): void {
    const answer = status === 200 || text.startsWith('{"jsonrpc"') ? restAnswer(text, status) : undefined
    if (answer !== undefined && this.response.headersSent) {
      if (this.isOpen) this.response.end(eventText(answer.text, answer.isError ? ['event: error'] : []))
    } else super.message(answer?.status ?? status, answer?.text ?? text, headers)
  }

  override async send(text: string, fields: readonly string[] = []): Promise<boolean> {
    const answer = restAnswer(text, 200)
    return await this.event(eventText(answer.text, answer.isError ? ['event: error'] : fields))
  }
}
