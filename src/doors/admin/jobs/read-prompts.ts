import * as v from 'valibot'
import { moduleUrl } from '../../../kernel/module-url.ts'
import { type Prompts, prompts } from '../api/shapes/acts.ts'
import { inThread } from './thread.ts'

const TIMEOUT_MS = 10 * 60_000

export async function readPrompts(store: string, account: string, limit: number): Promise<Prompts> {
  const data = { store, account, limit }
  return v.parse(prompts, await inThread(moduleUrl('./prompts-worker', import.meta.url), data, TIMEOUT_MS))
}
