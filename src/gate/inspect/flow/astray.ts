import type { Finding } from '../../finding.ts'
import type { Effect } from './effects.ts'
import type { Heard } from './heard.ts'
import { outward } from './judging.ts'
import { type Origins, wordsOf } from './origins.ts'
import { called } from './sources.ts'
import { shapeOf, type Value } from './values.ts'

/** What the task calls for, sent where a sentence would have it although a record beside it names another place. */
export function astray(
  tool: string,
  effect: Effect,
  values: readonly Value[],
  heard: Heard,
  origins: Origins,
): readonly Finding[] {
  if (!outward.includes(effect)) return []
  const place = values.find((value) => value.kind === 'place' && origins.isBesideRecord(value))
  const made =
    effect !== 'message' || heard.hasUnread
      ? undefined
      : values.find(
          (value) =>
            value.kind === 'place' && shapeOf(wordsOf(value)) === 'mail' && origins.of(value) === 'unknown',
        )
  if (made !== undefined)
    return [found('flow.unasked-destination', `${tool} would go to ${called(made)}: nobody named it`)]
  if (place === undefined) return []
  const summary = `${tool} would go to ${called(place)}, of which only a sentence in ${origins.sourceOf(place)} speaks; a record beside it has another`
  return [found('flow.other-destination', summary)]
}

function found(fact: string, summary: string): Finding {
  return { detector: 'flow', fact, severity: 'medium', summary }
}
