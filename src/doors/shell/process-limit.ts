// How many processes a sandbox may have, and how much memory. The kernel counts processes for an ordinary user, by namespace; root it
// does not count, and a program that forks without end would take the machine from everybody. Memory it limits by the address space
// of one process, of which Node, Go, Java and sanitizers reserve far more than they use, or by a control group, which an ordinary
// user cannot make everywhere. So both are counted from outside as well.
import { readdirSync, readFileSync } from 'node:fs'

const COUNT_MS = 100
/** How often it is asked what is shared among processes: the kernel walks all their pages. */
const SHARED_EVERY = 5
const KIB = 1_024

export type Excess = 'limit-processes' | 'limit-memory'

/** A shell text under the kernel's own limit of processes: `-p` in dash and busybox, `-u` in bash. Root ignores it. */
export function limitingProcesses(command: string, processesMax: number): string {
  return `ulimit -p ${processesMax} 2>/dev/null || ulimit -u ${processesMax} 2>/dev/null
${command}`
}

/** Calls `exceeded` once, when the process and its descendants are beyond a limit; never where the system does not tell of them. */
export function watchTree(
  pid: number,
  { processesMax, memoryBytesMax }: { readonly processesMax: number; readonly memoryBytesMax: number },
  exceeded: (limit: Excess) => void,
): Disposable {
  let looks = 0
  const timer = setInterval(() => {
    const tree = treeOf(pid, processesMax)
    const isBeyond = (): boolean =>
      residentOf(tree) > memoryBytesMax && looks++ % SHARED_EVERY === 0 && heldBy(tree) > memoryBytesMax
    const limit = tree.length - 1 > processesMax ? 'limit-processes' : isBeyond() ? 'limit-memory' : undefined
    if (limit === undefined) return
    clearInterval(timer)
    exceeded(limit)
  }, COUNT_MS)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

/** The process and its descendants, no further than one more than `most` of these. */
export function treeOf(pid: number, most: number): readonly number[] {
  const seen = [pid]
  for (let at = 0; at < seen.length && seen.length <= most + 1; at++) seen.push(...childrenOf(seen[at] ?? 0))
  return seen
}

export function childrenOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      (readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').match(/\d+/g) ?? []).map(Number),
    )
  } catch {
    // It has ended meanwhile.
    return []
  }
}

/** Quickly, and too much: what processes share counts for each of them. */
function residentOf(tree: readonly number[]): number {
  return tree.reduce((sum, pid) => sum + residentBytes(pid), 0)
}

function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(textOf(pid, 'status'))?.[1] ?? 0) * KIB
}

/** What they hold together, without files that the system could read again: each has its part of what is shared. */
function heldBy(tree: readonly number[]): number {
  return tree.reduce((sum, pid) => {
    const parts = [...textOf(pid, 'smaps_rollup').matchAll(/^Pss_(?:Anon|Shmem): +(\d+) kB$/gm)]
    // Kernels before 5.9 tell of no parts.
    return (
      sum +
      (parts.length === 0 ? residentBytes(pid) : parts.reduce((own, [, kib]) => own + Number(kib) * KIB, 0))
    )
  }, 0)
}

function textOf(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}
