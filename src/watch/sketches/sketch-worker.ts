// Reads blocks of a log and sketches them, off the main thread.
import { parentPort, workerData } from 'node:worker_threads'
import { BlockSketcher } from './block-sketcher.ts'
import { Packer } from './packed.ts'
import type { SketchedBlock, SketchJob } from './sketched.ts'

const port = parentPort
if (!port) throw new Error('sketch-worker is started as a worker thread')
const { seed, isPacking } = workerData as { seed: number; isPacking: boolean }
const sketcher = new BlockSketcher(seed)
const packer = isPacking ? new Packer() : undefined

port.on('message', (job: SketchJob) => {
  const sketched = sketcher.sketch(job)
  const packed = packer?.pack(sketched)
  port.postMessage({ ...sketched, ...(packed && { packed }) } satisfies SketchedBlock, [
    sketched.records.buffer,
    sketched.text.buffer,
  ])
})
