// One import in a process of its own, with small segments and a mark for every block, so that a test can kill it.
import { importLogs } from './importing.ts'

const [directory = '', ...paths] = process.argv.slice(2)
await importLogs(paths, {
  directory,
  stdin: process.stdin,
  signal: new AbortController().signal,
  segmentCharacters: 500_000,
  onProgress: () => void process.stdout.write('.'),
})
