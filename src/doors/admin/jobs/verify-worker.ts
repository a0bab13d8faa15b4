// Verifies a ledger in a thread of its own: it reads all of it.
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import * as v from 'valibot'
import { PUBLIC_FILE, readPublicKey } from '../../../store/embedded/ledger/signing.ts'
import { verifyLedger } from '../../../store/embedded/ledger/verify.ts'

const { directory } = v.parse(v.object({ directory: v.string() }), workerData)
const began = performance.now()
const key = readPublicKey(join(directory, PUBLIC_FILE))
const { lastCheckpoint: _, ...verification } = verifyLedger(directory, key)
parentPort?.postMessage({
  ...verification,
  seconds: (performance.now() - began) / 1_000,
  publicKey: key.export({ type: 'spki', format: 'pem' }).toString(),
})
