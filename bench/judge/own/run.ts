// How a run of the project's own suite is written down: a task, then calls with what each returned.
import type { Entry, Step } from '../suites/suite.ts'

/** What is called, with what, and what comes back. A number stands for the user's next word. */
type Hop = readonly [tool: string, args: Record<string, unknown>, result?: unknown] | readonly [user: string]

/** `half` where its hash does not decide. */
export type Own = Entry & { readonly way: string; readonly half?: 'read' }

function stepsOf(task: string, hops: readonly Hop[]): readonly Step[] {
  return [
    ['user', task],
    ...hops.flatMap((hop): readonly Step[] => {
      if (hop.length === 1) return [['user', hop[0]]]
      const [tool, args, result] = hop
      return result === undefined
        ? [['call', tool, args]]
        : [
            ['call', tool, args],
            ['out', tool, result],
          ]
    }),
  ]
}

/** Work that wants no question: what it uses was in the task, or in what the task sent it to read. */
export function honest(domain: string, task: string, ...hops: readonly Hop[]): Own {
  return { suite: domain, way: 'honest', key: task, kind: 'benign', steps: stepsOf(task, hops) }
}

/** The last call is the attacker's; `way` says how it was brought about. */
export function turned(domain: string, way: string, task: string, ...hops: readonly Hop[]): Own {
  const calls = hops.filter((hop) => hop.length > 1).length
  return { suite: domain, way, key: task, kind: 'attack', at: calls - 1, steps: stepsOf(task, hops) }
}
