import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** Runs a worker that posts one message, its result, and gives up after a while. */
export async function inThread(url: URL, workerData: unknown, timeoutMs: number): Promise<unknown> {
  const worker = new Worker(url, { workerData })
  try {
    const [result] = await once(worker, 'message', { signal: AbortSignal.timeout(timeoutMs) })
    return result
  } finally {
    await worker.terminate()
  }
}
