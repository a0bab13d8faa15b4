import { randomBytes } from 'node:crypto'
import type { Job } from '../api/shapes/common.ts'

/** Ended jobs kept for those who look again. */
const KEPT_MAX = 200
const RUNNING_MAX = 4
const ID_BYTES = 6

export type Work = (progress: (share: number) => void) => Promise<unknown>

/** Work that outlasts a request. Few at once: each may read all of the ledger. */
export class Jobs {
  readonly #jobs = new Map<string, Job>()
  readonly #tell: (job: Job) => void
  readonly #now: () => number

  constructor(tell: (job: Job) => void, now: () => number) {
    this.#tell = tell
    this.#now = now
  }

  find(id: string): Job | undefined {
    return this.#jobs.get(id)
  }

  /** Nothing when too many are running. */
  start(kind: Job['kind'], author: string, work: Work): Job | undefined {
    const running = [...this.#jobs.values()].filter(({ state }) => state === 'running')
    if (running.length >= RUNNING_MAX) return undefined
    const id = `j_${randomBytes(ID_BYTES).toString('hex')}`
    const job: Job = { id, kind, state: 'running', started: this.#now(), author }
    this.#set(job)
    work((progress) => this.#set({ ...(this.#jobs.get(id) ?? job), progress }))
      .then((result) => this.#set({ ...job, state: 'done', ended: this.#now(), progress: 1, result }))
      .catch((error: unknown) => {
        const failure = error instanceof Error ? error.message : String(error)
        this.#set({ ...job, state: 'failed', ended: this.#now(), failure })
      })
    return job
  }

  #set(job: Job): void {
    this.#jobs.set(job.id, job)
    if (this.#jobs.size > KEPT_MAX) {
      const oldest = [...this.#jobs.values()].find(({ state }) => state !== 'running')
      if (oldest) this.#jobs.delete(oldest.id)
    }
    this.#tell(job)
  }
}
