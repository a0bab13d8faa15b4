// How many processes a sandbox may have. The kernel counts them for an ordinary user, by namespace; root it does not count,
// and a program that forks without end would take the machine from everybody. So they are counted from outside as well.
import { readdirSync, readFileSync } from 'node:fs'

const COUNT_MS = 100

/** A shell text under the kernel's own limit: `-p` in dash and busybox, `-u` in bash. Root ignores it. */
export function limitingProcesses(command: string, processesMax: number): string {
  return `ulimit -p ${processesMax} 2>/dev/null || ulimit -u ${processesMax} 2>/dev/null\n${command}`
}

/** Calls `exceeded` once, when the process has more descendants than that; nothing where the system does not tell of them. */
export function watchProcesses(pid: number, processesMax: number, exceeded: () => void): Disposable {
  const timer = setInterval(() => {
    if (descendantsOf(pid, processesMax) <= processesMax) return
    clearInterval(timer)
    exceeded()
  }, COUNT_MS)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

/** Counted no further than one more than `most`. */
export function descendantsOf(pid: number, most: number): number {
  const seen = [pid]
  for (let at = 0; at < seen.length && seen.length <= most + 1; at++) seen.push(...childrenOf(seen[at] ?? 0))
  return seen.length - 1
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      (readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').match(/\d+/g) ?? []).map(Number),
    )
  } catch {
    // It has ended meanwhile.
    return []
  }
}
