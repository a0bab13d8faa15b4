import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Gateway, type GatewayParts, ledgerDirectory } from '../../src/cli/gateway.ts'
import type { Config } from '../../src/config/config.ts'
import { formatProblem, readConfig } from '../../src/config/read-config.ts'
import { recordsOf } from '../../src/store/embedded/ledger/records.ts'
import { blocksOf, listSegments } from '../../src/store/embedded/ledger/segments.ts'
import { PUBLIC_FILE, readPublicKey } from '../../src/store/embedded/ledger/signing.ts'
import { type Verification, verifyLedger } from '../../src/store/embedded/ledger/verify.ts'
import { openState } from '../../src/store/embedded/state.ts'
import { ToolPinStore } from '../../src/store/embedded/tool-pin-store.ts'

export type EntryLike = Readonly<Record<string, unknown>>

/** A whole gate on free ports with a folder of its own, and the means to look into its ledger. */
export class RunningGate implements AsyncDisposable {
  readonly gateway: Gateway
  readonly config: Config
  readonly logged: string[]

  private constructor(gateway: Gateway, config: Config, logged: string[]) {
    this.gateway = gateway
    this.config = config
    this.logged = logged
  }

  static async open(
    text: string,
    parts: Partial<GatewayParts> = {},
    files: Readonly<Record<string, string>> = {},
  ): Promise<RunningGate> {
    const directory = mkdtempSync(join(tmpdir(), 'gate-'))
    for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content)
    const config = readConfig(
      `listen: 127.0.0.1:0\nconsole: 127.0.0.1:0\n${text}`,
      join(directory, 'portcullis.yaml'),
      { UPSTREAM_KEY: 'sk-upstream' },
    )
    if (!config.ok) throw new Error(config.error.map(formatProblem).join('\n'))
    const logged: string[] = []
    const gateway = await Gateway.open(config.value, {
      log: (level, event, fields) => logged.push(JSON.stringify({ level, event, ...fields })),
      now: Date.now,
      env: {},
      ...parts,
    })
    return new RunningGate(gateway, config.value, logged)
  }

  /** The store's own view of pinned tools, as an operator's command would have it. */
  get pins(): ToolPinStore {
    return new ToolPinStore(openState(this.config.store))
  }

  get url(): string {
    return `http://127.0.0.1:${this.gateway.front.address.port}`
  }

  get consoleUrl(): string {
    return `http://127.0.0.1:${this.gateway.admin?.address.port}`
  }

  entries(): EntryLike[] {
    return readEntries(ledgerDirectory(this.config))
  }

  verify(): Verification {
    const directory = ledgerDirectory(this.config)
    return verifyLedger(directory, readPublicKey(join(directory, PUBLIC_FILE)))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateway[Symbol.asyncDispose]()
    const verification = this.verify()
    rmSync(join(this.config.store, '..'), { recursive: true, force: true })
    if (!verification.holds || verification.open > 0)
      throw new Error(`the ledger is not whole: ${JSON.stringify(verification)}`)
  }
}

export function readEntries(directory: string): EntryLike[] {
  const entries: EntryLike[] = []
  for (const { path } of listSegments(directory))
    for (const { payload } of blocksOf(path))
      for (const record of recordsOf(payload))
        if (record.kind !== 'checkpoint') entries.push(JSON.parse(record.payload.toString()) as EntryLike)
  return entries
}
