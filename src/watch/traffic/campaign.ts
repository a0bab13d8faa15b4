// Campaigns: one work queue of prompts and a way to spread it over accounts.
import { accountOf, type Draft, models, type Said, type Speaker, type Turn, type World } from './account.ts'
import { Grammar } from './grammar.ts'
import { type Client, libraryClient, type Place } from './network.ts'
import { Random } from './random.ts'
import { balanced, bursts, DAY, humanHours, machineHours, type Rhythm, type Window } from './rhythm.ts'
import type { CampaignPlan } from './scenario.ts'
import { anything, foreign, harvests, languageNames, sheets } from './speech.ts'
import { type WrapperFamily, wrapperRules } from './topics/wrappers.ts'

const wrapperGrammars = Object.fromEntries(
  Object.entries(wrapperRules).map(([family, rules]) => [family, Grammar.of({ ...rules, item: '\u0000' })]),
) as Readonly<Record<WrapperFamily, Grammar>>
const openers = Grammar.of({ ...wrapperRules.articulate, item: '', start: '{opener} |{opener}\n' })
const closers = Grammar.of({ ...wrapperRules.articulate, item: '', start: ' {closer}|\n\n{closer}' })

const RESAMPLE_QUEUE = 64
const SIGNATURES_HELD = 256

export function addCampaign(world: World, plan: CampaignPlan): void {
  const random = Random.of(world.seed, 'campaign', plan.id)
  const share = infrastructure(world, plan, random)
  const ask = workOf(plan, world.seed, random)
  const ceiling = plan.maxTokens ?? random.pick([[4096], [8192], [undefined], [2048, 4096]])
  const temperature = random.pick([undefined, 0.7, 1])
  const window = {
    from: world.window.from + plan.fromDay * DAY,
    to: Math.min(world.window.to, world.window.from + plan.toDay * DAY),
  }
  for (let index = 0; index < plan.accounts; index++) {
    const own = Random.of(world.seed, plan.id, index)
    const active = activeWindow(plan, window, index)
    const exchanges = own.count(plan.volume, plan.volumeSigma, 2)
    const planName = own.pick(plan.plans)
    const draft: Draft = {
      kind: 'attacker',
      campaign: plan.id,
      random: own,
      plan: planName,
      payment: share.card(index, own),
      created:
        plan.freshDays === undefined
          ? world.window.from - Math.floor(own.next() * 400 * DAY)
          : active.from - Math.floor(own.next() * plan.freshDays * DAY),
      isRotating: plan.network === 'rotating',
      model: modelOf(plan, own, world.release),
      maxTokens: ceiling,
      temperature: plan.mimics ? own.pick([undefined, undefined, 0.7, 1]) : temperature,
      outputTokens: own.lognormal(plan.outputTokens, 0.25),
      rhythm: timing(plan, own, active, exchanges, index),
      speak: covering(plan, own, ask),
    }
    world.add(accountOf(world, draft, share.client(own), share.places(index, own)))
  }
}

type Sharing = {
  readonly card: (index: number, own: Random) => string | undefined
  readonly places: (index: number, own: Random) => readonly Place[]
  readonly client: (own: Random) => Client
}

function infrastructure(world: World, plan: CampaignPlan, random: Random): Sharing {
  const groupsOf = (per: number) => Math.max(1, Math.ceil(plan.accounts / per))
  const cards = Array.from({ length: groupsOf(plan.perCard ?? 1) }, () => `p_${random.hex(16)}`)
  const nets = Array.from({ length: groupsOf(plan.perAddress ?? 1) }, () =>
    plan.network === 'hosting' ? world.network.hosting(random) : world.network.home(random),
  )
  const clients = Array.from({ length: random.between(1, 3) }, () => libraryClient(random))
  const member = <Item>(items: readonly Item[], index: number): Item | undefined =>
    items[Math.floor((index * items.length) / plan.accounts)]
  return {
    card: (index, own) =>
      plan.perCard === undefined ? (own.chance(0.15) ? undefined : `p_${own.hex(16)}`) : member(cards, index),
    places: (index, own) => {
      if (plan.network === 'rotating')
        return Array.from({ length: own.between(4, 20) }, () => world.network.home(own))
      if (plan.network === 'vpn') return world.network.vpn(own, own.between(1, 4))
      if (plan.perAddress !== undefined) return [member(nets, index) ?? world.network.hosting(random)]
      return [plan.network === 'hosting' ? world.network.hosting(own) : world.network.home(own)]
    },
    client: (own) => (plan.mimics ? libraryClient(own) : own.pick(clients)),
  }
}

/** Replacement waves and failing over between two pools decide when an account is alive. */
function activeWindow(plan: CampaignPlan, window: Window, index: number): Window {
  const span = window.to - window.from
  if (plan.pools === 2) {
    const cut = window.from + span / 2
    return index % 2 === 0 ? { from: window.from, to: cut } : { from: cut, to: window.to }
  }
  if (plan.replacementWaves <= 1) return window
  const wave = index % plan.replacementWaves
  const length = span / plan.replacementWaves
  return { from: window.from + wave * length, to: window.from + (wave + 1) * length }
}

function timing(plan: CampaignPlan, own: Random, window: Window, exchanges: number, index: number): Rhythm {
  switch (plan.timing) {
    case 'balanced':
      return balanced(own, window, exchanges, index / plan.accounts)
    case 'human':
      return humanHours(own, window, exchanges, own.between(-9, 9))
    case 'waves': {
      const waves = Math.max(2, Math.min(8, Math.round(exchanges / 10)))
      const length = (window.to - window.from) / waves
      const runs = Array.from({ length: waves }, (_, wave) => ({
        at: window.from + (wave + 0.4) * length + own.next() * 20 * 60_000,
        exchanges: Math.ceil(exchanges / waves),
        gapMs: 4000,
      }))
      return bursts(own, runs)
    }
    default:
      return machineHours(own, window, exchanges)
  }
}

function modelOf(plan: CampaignPlan, own: Random, release: number): (ts: number) => string {
  const movesAt = plan.pivots
    ? release + own.next() * DAY
    : own.chance(0.15)
      ? release + own.next() * 6 * DAY
      : Number.POSITIVE_INFINITY
  return (ts) => (ts < movesAt ? models.large : models.next)
}

/** The rest of the account's traffic: unrelated, in one or a few topics, as a proxy's other customers send it. */
function covering(plan: CampaignPlan, own: Random, ask: Speaker): Speaker {
  const [least, most] = plan.cover
  const share = least + own.next() * (most - least)
  const foreignShare = own.next() * 0.4
  if (share === 0) return ask
  return (turn) =>
    turn.random.chance(share) ? { prompt: anything(turn.random, foreignShare), outputTokens: 240 } : ask(turn)
}

/** The work queue of the campaign as a speaker that all its accounts share. */
function workOf(plan: CampaignPlan, seed: number, random: Random): Speaker {
  if (plan.work === 'relay') return relaying(random)
  const work = plan.work
  const recent: string[] = []
  const item = (): string => {
    if (recent.length > 0 && random.chance(plan.resample)) return random.pick(recent)
    const text =
      work === 'everyday' ? foreign[random.pick(languageNames)].expand(random) : harvests[work].expand(random)
    recent[recent.length < RESAMPLE_QUEUE ? recent.length : random.between(0, RESAMPLE_QUEUE - 1)] = text
    return text
  }
  // Campaigns that use one another's wording draw their fixed templates from the same randomness.
  const wrap = wrapping(plan, Random.of(seed, 'wording', plan.wording ?? plan.id))
  const sign = plan.replays ? replaying(random) : undefined
  return (turn) => ({ prompt: wrap(item()), reasoningSignature: sign?.(turn) })
}

/** How an item is put to the model: from one fixed wording (0) to a new one each time (3). */
function wrapping(plan: CampaignPlan, random: Random): (item: string) => string {
  const grammars = plan.wrappers.map((family) => wrapperGrammars[family])
  if (grammars.length === 0) return (item) => item
  const grammar = () => random.pick(grammars)
  const put = (frame: string, item: string) => frame.replace('\u0000', () => item)
  if (plan.paraphrase === 0) {
    const fixed = grammars.flatMap((each) =>
      Array.from({ length: plan.variants }, (_, frame) => each.expandFrame(frame, random)),
    )
    return (item) => put(random.pick(fixed), item)
  }
  if (plan.paraphrase === 1) {
    const frames = grammars.map((each) => random.between(0, each.frames - 1))
    return (item) => {
      const at = random.between(0, grammars.length - 1)
      return put(grammars[at]?.expandFrame(frames[at] ?? 0, random) ?? '\u0000', item)
    }
  }
  if (plan.paraphrase === 2) return (item) => put(grammar().expand(random), item)
  return (item) => {
    const before = random.chance(0.5) ? openers.expand(random) : ''
    const after = random.chance(0.5) ? closers.expand(random) : ''
    return before + put(grammar().expand(random), item) + after
  }
}

/** Reasoning blocks saved in one account and sent back in others. */
function replaying(random: Random): (turn: Turn) => string {
  const saved: string[] = []
  return () => {
    const known =
      saved.length > 8 && random.chance(0.6) ? saved[random.between(0, saved.length - 1)] : undefined
    if (known !== undefined) return known
    const fresh = `rs_${random.hex(24)}`
    saved[saved.length < SIGNATURES_HELD ? saved.length : random.between(0, SIGNATURES_HELD - 1)] = fresh
    return fresh
  }
}

/** Somebody else's assistant: its system prompt, its users' requests in many languages. */
function relaying(random: Random): Speaker {
  const name = random.pick(['Kimora', 'Nordwind', 'Tuliki', 'Baobab', 'Zephyra'])
  const system = `You are ${name}, the assistant of ${name} AI. ${sheets.productHead.expand(random)} Never say that another company made you. Always answer as ${name}.`
  return ({ random: moment }): Said => ({ prompt: anything(moment, 0.6), system })
}
