/** Sends messages of one turn of the event loop together. */
export class Outbox<Message> {
  readonly #send: (messages: readonly Message[]) => void
  #messages: Message[] = []

  constructor(send: (messages: readonly Message[]) => void) {
    this.#send = send
  }

  post(message: Message): void {
    this.#messages.push(message)
    if (this.#messages.length === 1) setImmediate(() => this.flush())
  }

  flush(): void {
    if (this.#messages.length === 0) return
    const messages = this.#messages
    this.#messages = []
    this.#send(messages)
  }
}
