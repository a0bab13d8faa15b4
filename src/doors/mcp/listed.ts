import type { JsonObject, JudgedAct } from '../../gate/act.ts'
import type { Passage } from '../../gate/agent-road.ts'
import { textsOf } from '../texts.ts'
import { SAID_CHARACTERS_MIN } from './beside.ts'
import type { GuardParts } from './guard.ts'
import { besideOffers, isList, offersWithin, withoutRefused } from './listings.ts'
import { type Stop, stopOf } from './refusals.ts'

type Pass = (act: JudgedAct) => Promise<Passage>

/** What of a listing the client may see. The very same object when that is all of it. */
export async function listed(
  method: string,
  result: JsonObject,
  parts: GuardParts,
  pass: Pass,
): Promise<{ readonly result: JsonObject } | { readonly stop: Stop }> {
  const { judge, session } = parts
  const beside = textsOf(besideOffers(method, result)).text
  if (beside.length >= SAID_CHARACTERS_MIN) {
    const id = judge.nextId()
    const passage = await pass({ kind: 'result', id, session, call: '', tool: method, text: beside })
    if (passage.decision.action !== 'allow') return { stop: stopOf(passage, `What came with ${method}`) }
  }
  // Of 2026-07-28 a server says who it is with every answer.
  const introduced = isList(method) ? await reviewed('server/discover', result, parts) : result
  return { result: await reviewed(method, introduced, parts) }
}

async function reviewed(
  method: string,
  result: JsonObject,
  { offers, server, judge, caller, session }: GuardParts,
): Promise<JsonObject> {
  const items = offersWithin(method, result, server, offers)
  const refused = new Set<string>()
  for (const item of items) {
    if (item.findings.length === 0) {
      item.accept('first-use')
      continue
    }
    const act = {
      kind: 'message',
      id: judge.nextId(),
      session,
      from: `mcp:${server.name}`,
      to: 'model',
      text: item.text,
    } as const
    const passage = await judge.pass(caller, act, item.findings)
    if (passage.wouldBe.action === 'allow') item.accept(passage.id)
    else item.hold()
    if (passage.decision.action === 'allow') await judge.end(passage, 'done')
    else refused.add(item.key)
  }
  const { kept, result: rest } = withoutRefused(method, result, refused, items, server.name)
  if (method === 'tools/list') judge.note(caller, { kind: 'tools', session, tools: kept })
  return rest
}
