import type { Finding } from '../../finding.ts'
import type { Effect } from './effects.ts'
import type { Heard } from './heard.ts'
import { outward } from './judging.ts'
import type { Origins } from './origins.ts'
import { called } from './sources.ts'
import type { Value } from './values.ts'

/** What was not read may have named any place that nothing else did. */
export function unreadDestination(
  tool: string,
  effect: Effect,
  values: readonly Value[],
  { hasUnread, hasForgotten }: Heard,
  origins: Origins,
): readonly Finding[] {
  if (!hasUnread && !hasForgotten) return []
  const place = values.find((value) => {
    if (value.kind !== 'place') return false
    const origin = origins.of(value)
    return (
      (hasUnread && origin === 'unknown') || (hasForgotten && origin === 'result' && outward.includes(effect))
    )
  })
  if (place === undefined) return []
  const summary = `${tool} would go to ${called(place)}, which a result too long to be followed may have told it`
  return [{ detector: 'flow', fact: 'flow.unread-destination', severity: 'medium', summary }]
}
