// Makes the demo's traffic in a thread of its own: a copy goes to disk, the lines to whoever hunts.
import { once } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import * as v from 'valibot'
import { scenarios } from '../../watch/traffic/scenarios.ts'
import { trafficOf } from '../../watch/traffic/traffic.ts'
import { writeTraffic } from '../../watch/traffic/write.ts'

/** Pieces under way at most; each is about a megabyte. */
const AHEAD_MAX = 12

const task = v.parse(
  v.object({
    scenario: v.picklist(['demo', 'small', 'clean', 'hard', 'tiny']),
    seed: v.number(),
    directory: v.string(),
  }),
  workerData,
)
const port = parentPort
if (port === null) throw new Error('this module runs as a worker')

let underWay = 0
port.on('message', () => underWay--)
const written = await writeTraffic(trafficOf(scenarios[task.scenario], task.seed), task.directory, {
  compression: 'zstd',
  onLines: async (lines) => {
    port.postMessage({ kind: 'lines', lines })
    underWay++
    while (underWay >= AHEAD_MAX) await once(port, 'message')
  },
})
port.postMessage({ kind: 'done', written })
port.close()
