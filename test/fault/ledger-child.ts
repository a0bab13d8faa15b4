// Writes to a ledger, as fast as it can or so slowly that blocks are written in this thread, and says on standard output,
// after each wait, what it was told is safe. Meant to be killed.
import { setTimeout as sleep } from 'node:timers/promises'
import { Ledger } from '../../src/store/embedded/ledger/ledger.ts'

const [directory = '', mark = 'written', round = '0'] = process.argv.slice(2)
const ledger = await Ledger.open({
  directory,
  ringBytes: 1024 * 1024,
  segmentBytes: 2 * 1024 * 1024,
  retainMs: 0,
  retainBytes: 0,
  checkpointMs: 50,
  // As the gate has it.
  syncMs: mark === 'durable' ? 5 : 100,
})
const isSlow = Number(round) % 4 === 2
const filler = 'x'.repeat(700)
for (let index = 0; ; index++) {
  if (isSlow) await sleep(1)
  const intent = ledger.begin(JSON.stringify({ kind: 'exchange', id: `${round}:${index}`, filler }))
  if (intent === undefined) {
    await ledger.room(1_000)
    continue
  }
  if (index % 3 !== 0)
    ledger.append('completion', intent.ref, JSON.stringify({ kind: 'completion', id: `${round}:${index}` }))
  if (index % 7 === 0) {
    await ledger.reached(mark === 'durable' ? 'durable' : 'written', intent.position, 10_000)
    process.stdout.write(`${index}\n`)
  }
}
