// Reads inputs, hands their blocks to sketch workers and passes the sketches on, no further ahead than there is room.
import { Readable } from 'node:stream'
import { parentPort, workerData } from 'node:worker_threads'
import { type Input, openInput } from '../intake/input.ts'
import { SketchPool } from './pool.ts'
import { errorOf, faultOf } from './reading.ts'
import type { ReadingNews, ReadingOrder, ReadingStart } from './reading-messages.ts'

/**
 * Pieces of one input ahead of the watch: enough to keep the workers busy through a sweep of some seconds. A block of a
 * megabyte is about half of one when it is sketched. An input of which nothing has been taken yet lies in the future.
 */
const AHEAD = 96
const AHEAD_UNTOUCHED = 4

const port = parentPort
if (!port) throw new Error('reading-worker is started as a worker thread')
const { paths, workers, seed, input: inputOptions } = workerData as ReadingStart
const pool = SketchPool.open(workers, seed)
const taken = new Float64Array(paths.length)
const waiting: (() => void)[] = []
const stdin = new Readable({
  highWaterMark: 0,
  read: () => tell({ kind: 'stdin-wanted' }),
})

port.on('message', (order: ReadingOrder) => {
  if (order.kind === 'taken') {
    taken[order.source] = (taken[order.source] ?? 0) + 1
    for (const resume of waiting.splice(0)) resume()
  } else if (order.kind === 'stdin') stdin.push(order.chunk)
  else if (order.kind === 'stdin-end') stdin.push(null)
  else stdin.destroy(errorOf(order.fault))
})

for (const [source, path] of paths.entries()) {
  try {
    const input = await openInput(path, { ...inputOptions, stdin })
    void read(source, input)
  } catch (error) {
    // Nobody wants the rest without it; whoever waits for one of them hears why.
    for (let later = source; later < paths.length; later++)
      tell({ kind: 'failed', source: later, place: 0, fault: faultOf(error) })
    break
  }
}

async function read(source: number, input: Input): Promise<void> {
  let place = 0
  try {
    for await (const piece of input.pieces()) {
      while (place - (taken[source] ?? 0) >= (taken[source] === 0 ? AHEAD_UNTOUCHED : AHEAD))
        await new Promise<void>((resolve) => waiting.push(resolve))
      const here = place++
      if (piece.kind === 'rejection') {
        tell({ kind: 'gap', source, place: here, rejection: piece.rejection })
        continue
      }
      const { sketched } = await pool.submit(piece, input)
      sketched.then(
        ({ worker, namesOf: _, ...block }) =>
          tell({ kind: 'block', source, place: here, worker, block }, [
            block.records.buffer,
            block.text.buffer,
          ]),
        (error) => tell({ kind: 'failed', source, place: here, fault: faultOf(error) }),
      )
    }
    tell({ kind: 'end', source, place })
  } catch (error) {
    tell({ kind: 'failed', source, place, fault: faultOf(error) })
  } finally {
    await input.close()
  }
}

function tell(news: ReadingNews, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(news, transfer)
}
