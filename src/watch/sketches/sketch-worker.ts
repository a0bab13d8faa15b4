// Reads blocks of a log and sketches them, off the main thread.
import { parentPort, workerData } from 'node:worker_threads'
import { BlockSketcher } from './block-sketcher.ts'
import type { SketchedBlock, SketchJob } from './sketched.ts'

const port = parentPort
if (!port) throw new Error('sketch-worker is started as a worker thread')
const sketcher = new BlockSketcher((workerData as { seed: number }).seed)

port.on('message', (job: SketchJob) => {
  const sketched: SketchedBlock = sketcher.sketch(job)
  port.postMessage(sketched, [sketched.records.buffer, sketched.text.buffer])
})
