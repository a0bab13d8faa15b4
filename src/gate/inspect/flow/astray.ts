import type { Finding } from '../../finding.ts'
import type { Effect } from './effects.ts'
import type { Heard } from './heard.ts'
import { outward } from './judging.ts'
import { type Origins, wordsOf } from './origins.ts'
import { called } from './sources.ts'
import { holds, shapeOf, type Value } from './values.ts'

/** Fields of those who are let in on something beside whom it is for. */
const beside =
  /(?:^|_)(?:b?cc|attendees?|participants?|guests?|invitees?|watchers?|followers?|members?|collaborators?)$/i

/** What the task calls for, sent where a sentence would have it although the task or a record names another place. */
export function astray(
  tool: string,
  effect: Effect,
  values: readonly Value[],
  heard: Heard,
  origins: Origins,
): readonly Finding[] {
  const places = values.filter(({ kind }) => kind === 'place')
  const isTold = (value: Value) => heard.directives.some(({ text }) => holds(text, wordsOf(value)))
  const added = places.find(
    (value) =>
      beside.test(value.field) &&
      shapeOf(wordsOf(value)) === 'mail' &&
      origins.isOnlySaid(value) &&
      isTold(value) &&
      !isOfSame(value, places, origins.task),
  )
  if (added !== undefined)
    return [elsewhere(tool, added, origins, 'it would be let in on what is for others')]
  if (!outward.includes(effect)) return []
  const made =
    effect !== 'message' || heard.hasUnread
      ? undefined
      : places.find((value) => shapeOf(wordsOf(value)) === 'mail' && origins.of(value) === 'unknown')
  if (made !== undefined)
    return [found('flow.unasked-destination', `${tool} would go to ${called(made)}: nobody named it`)]
  const place = places.find((value) => origins.isBesideRecord(value))
  if (place !== undefined) return [elsewhere(tool, place, origins, 'a record beside it has another')]
  const others = places.find(
    (value) => isTold(value) && origins.isOfOthers(value) && !isOfSame(value, [], origins.task),
  )
  return others === undefined
    ? []
    : [elsewhere(tool, others, origins, 'the task names somebody else whom it goes to')]
}

/** At the house of somebody whom the call goes to anyway, or called by a name that the task has. */
function isOfSame(value: Value, places: readonly Value[], task: string): boolean {
  const [name = '', house = ''] = wordsOf(value).split('@')
  return (
    places.some((other) => other !== value && wordsOf(other).endsWith(`@${house}`)) ||
    name.split(/[^a-z]+/).some((word) => word.length > 2 && holds(task, word))
  )
}

function elsewhere(tool: string, place: Value, origins: Origins, why: string): Finding {
  return found(
    'flow.other-destination',
    `${tool} would go to ${called(place)}, of which only a sentence in ${origins.sourceOf(place)} speaks; ${why}`,
  )
}

function found(fact: string, summary: string): Finding {
  return { detector: 'flow', fact, severity: 'medium', summary }
}
