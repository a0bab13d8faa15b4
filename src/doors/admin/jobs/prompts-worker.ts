// Finds what an account wrote in the logs that the store holds, in a thread of its own: it may read all of them.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import * as v from 'valibot'
import { storedInputs } from '../../../store/embedded/import-store.ts'
import type { Exchange } from '../../../watch/exchange.ts'
import { openInput } from '../../../watch/intake/input.ts'
import type { Prompts } from '../api/shapes/acts.ts'

const PROMPT_CHARACTERS_MAX = 100_000

const schema = v.object({ store: v.string(), account: v.string(), limit: v.number() })
const { store, account, limit } = v.parse(schema, workerData)
const prompts: Prompts['prompts'] = []
const inputs = [...storedInputs(store), ...demoLogs(join(store, 'demo'))]
for (const path of inputs) if (prompts.length < limit) await look(path)
const source = inputs.length === 0 ? '' : `${inputs.length} log${inputs.length === 1 ? '' : 's'} in the store`
parentPort?.postMessage({ account, source, prompts })

async function look(path: string): Promise<void> {
  const input = await openInput(path)
  try {
    for await (const piece of input.pieces()) {
      if (piece.kind !== 'block' || !Buffer.from(piece.bytes.buffer).includes(account)) continue
      for (const reading of input.read(piece)) {
        if (reading.kind === 'exchange' && reading.exchange.account === account) take(reading.exchange)
        if (prompts.length >= limit) return
      }
    }
  } finally {
    await input.close()
  }
}

function take({ id, ts, model, system, prompt }: Exchange): void {
  if (prompt === undefined) return
  prompts.push({
    ...{ id, ts, model, prompt: prompt.slice(0, PROMPT_CHARACTERS_MAX) },
    ...(system === undefined ? {} : { system: system.slice(0, PROMPT_CHARACTERS_MAX) }),
  })
}

function demoLogs(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => /^log.*\.jsonl(\.gz|\.zst)?$/.test(name))
    .map((name) => join(folder, name))
}
