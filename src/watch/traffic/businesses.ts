// Benign accounts that are programs or work for someone: they repeat themselves, and that is their job.
import { type Account, accountOf, models, type Speaker, type World } from './account.ts'
import { clientOf, libraryClient, personalClient } from './network.ts'
import type { Group } from './people.ts'
import { Random } from './random.ts'
import { bursts, DAY, everyDay, humanHours, machineHours, type Rhythm, shift } from './rhythm.ts'
import {
  anything,
  harvests,
  interestsOf,
  recordNames,
  records,
  sheets,
  topicNames,
  topics,
} from './speech.ts'

/** One template and its users' inputs, from one server, all day. */
export function products(world: World, { random, median }: Group): void {
  const exchanges = random.count(median, 1)
  const rhythm = random.chance(0.5)
    ? machineHours(random, world.window, exchanges, random.pick([1, 0.4, 0.15]))
    : humanHours(random, world.window, exchanges, random.between(-9, 9))
  const over = {
    kind: 'product',
    plan: 'team',
    org: random.chance(0.55) ? orgOf(random) : undefined,
    maxTokens: [random.pick([128, 256, 512, 1024])],
  }
  world.add(server(world, random, rhythm, templated(random), over))
}

/** An app that makes one key and account for each of its customers: same template, same server. */
export function customerKeys(world: World, { random, size, median }: Group): void {
  const place = Array.from({ length: random.between(1, 3) }, () => world.network.hosting(random))
  const [client, ceiling] = [libraryClient(random), random.pick([512, 1024, 2048])]
  const org = random.chance(0.6) ? orgOf(random) : undefined
  const payment = org === undefined && random.chance(0.5) ? undefined : `p_${random.hex(16)}`
  const head = sheets.productHead.expand(random)
  const kind = random.pick(recordNames)
  const temperature = random.pick([0, 0.3, undefined])
  for (let count = random.between(...size); count > 0; count--) {
    const own = Random.of(world.seed, 'customer', random.hex(8))
    const from = own.chance(0.7) ? world.window.from : world.window.from + own.next() * 10 * DAY
    const rhythm = humanHours(own, { from, to: world.window.to }, own.count(median, 1), own.between(-3, 3))
    const over = {
      kind: 'customer-keys',
      plan: 'team',
      org,
      payment,
      client,
      maxTokens: [ceiling],
      temperature,
      created: from - own.next() * 200 * DAY,
    }
    world.add({
      ...server(world, own, rhythm, () => ({ prompt: records[kind].expand(own), system: head }), over),
      places: place,
    })
  }
}

/** One template over many rows in one night. */
export function batches(world: World, { random, median }: Group): void {
  const at = world.window.from + random.next() * (world.scenario.days - 1) * DAY
  const runs = [{ at, exchanges: random.count(median, 0.6), gapMs: random.pick([400, 900, 2500]) }]
  world.add(
    server(world, random, bursts(random, runs), templated(random, 0.3), {
      kind: 'batch',
      plan: 'team',
      maxTokens: [512],
    }),
  )
}

/** Several strangers run the same public benchmark, each in their own order, often on the day a model appears. */
export function evaluators(world: World, { random, size, median }: Group): void {
  const subject = random.pick(['reasoning', 'reasoning', 'coding', 'instructions'] as const)
  const items = Array.from({ length: random.between(200, 600) }, () => harvests[subject].expand(random))
  const heads = ['', 'Question: ', 'Answer with the final result only.\n\n', "Let's think step by step.\n\n"]
  for (let count = random.between(...size); count > 0; count--) {
    const own = Random.of(world.seed, 'evaluator', random.hex(8))
    const [order, head] = [own.chance(0.5) ? items : own.shuffle(items), own.pick(heads)]
    let next = 0
    const speak: Speaker = () => ({ prompt: head + (order[next++ % order.length] ?? '') })
    const isEarly = own.chance(0.5)
    const at = isEarly
      ? world.release + own.next() * 2 * DAY
      : world.window.from + own.next() * (world.scenario.days - 1) * DAY
    const exchanges = Math.min(items.length, own.count(median, 0.6))
    const model = isEarly || own.chance(0.3) ? () => models.next : () => models.large
    world.add(
      server(world, own, bursts(own, [{ at, exchanges, gapMs: 1500 }]), speak, {
        kind: 'evaluator',
        model: (ts) => (ts < world.release ? models.large : model()),
        temperature: 0,
        maxTokens: [own.pick([16, 256, 1024])],
        places: [own.chance(0.5) ? world.network.hosting(own) : world.network.home(own)],
      }),
    )
  }
}

/** Seats with one organisation, one card, one office network and an internal template. */
export function companies(world: World, group: Group): void {
  team(world, group, { kind: 'company', plan: 'enterprise', hasOrg: true, templateShare: 0.5 })
}

/** A small agency: a few seats on one card, no verified organisation. */
export function agencies(world: World, group: Group): void {
  team(world, group, { kind: 'agency', plan: 'pro', hasOrg: false, templateShare: 0.35 })
}

/** A support desk: shifts round the clock, tickets in one template. */
export function supportDesks(world: World, { random, size, median }: Group): void {
  const [place, org, payment] = [world.network.hosting(random), orgOf(random), `p_${random.hex(16)}`]
  const [head, client] = [sheets.productHead.expand(random), personalClient(random)]
  for (let count = random.between(...size); count > 0; count--) {
    const own = Random.of(world.seed, 'desk', random.hex(8))
    const rhythm = shift(own, own.pick([6, 14, 22]), median, own.between(0, 6))
    const speak: Speaker = () => ({
      prompt: own.chance(0.85) ? `${head}\n\n${records.ticket.expand(own)}` : anything(own, 0.1),
    })
    world.add({
      ...server(world, own, rhythm, speak, { kind: 'support-desk', plan: 'enterprise', org, payment }),
      client,
      places: [place, world.network.home(own)],
    })
  }
}

/** People who are paid to attack their own model: reasoning elicitation all day, in one organisation. */
export function redTeams(world: World, { random, size, median }: Group): void {
  const [place, org, payment] = [world.network.home(random), orgOf(random), `p_${random.hex(16)}`]
  for (let count = random.between(...size); count > 0; count--) {
    const own = Random.of(world.seed, 'red-team', random.hex(8))
    const rhythm = humanHours(own, world.window, own.count(median, 0.6), 1)
    const speak: Speaker = () => ({ prompt: own.chance(0.8) ? sheets.probe.expand(own) : anything(own, 0.2) })
    world.add({
      ...server(world, own, rhythm, speak, { kind: 'red-team', plan: 'enterprise', org, payment }),
      places: [place, world.network.home(own)],
    })
  }
}

/** A reseller: one account, many unrelated end users behind it. */
export function resellers(world: World, { random, median }: Group): void {
  const places = Array.from({ length: 3 }, () => world.network.hosting(random))
  const foreignShare = random.next() * 0.6
  const rhythm = machineHours(random, world.window, random.count(median, 0.6), 0.6)
  world.add(
    server(world, random, rhythm, () => ({ prompt: anything(random, foreignShare) }), {
      kind: 'reseller',
      plan: 'enterprise',
      org: orgOf(random),
      places,
    }),
  )
}

/** Home automation: a flat rhythm from a home address, a template the tool's strangers share. */
export function hobbies(world: World, { random, size }: Group): void {
  const head = sheets.toolHead.expand(random)
  const ua = `home-bridge/${random.between(1, 9)}.${random.between(0, 20)}`
  const kind = random.pick(['sensorNote', 'sensorNote', 'passage', 'ticket'] as const)
  for (let count = random.between(...size); count > 0; count--) {
    const own = Random.of(world.seed, 'hobby', random.hex(8))
    const minutes = Array.from(
      { length: own.pick([1, 2, 4, 8, 24]) },
      (_, at) => (at * own.pick([60, 60, 37]) + own.between(0, 59)) % 1440,
    )
    const speak: Speaker = () => ({ prompt: head + records[kind].expand(own) })
    world.add({
      ...server(
        world,
        own,
        everyDay(
          own,
          minutes.sort((left, right) => left - right),
          0.97,
        ),
        speak,
        { kind: 'hobby', plan: own.pick(['free', 'pro']), model: () => models.small },
      ),
      client: clientOf(ua, own),
      places: [world.network.home(own)],
    })
  }
}

/** Someone who studies bias: one account, thousands of near-duplicates. */
export function researchers(world: World, { random, median }: Group): void {
  const runs = Array.from({ length: random.between(1, 3) }, (_, at) => ({
    at: world.window.from + (at + random.next()) * 4 * DAY,
    exchanges: random.count(median, 0.5),
    gapMs: 1800,
  }))
  world.add(
    server(world, random, bursts(random, runs), () => ({ prompt: sheets.biasProbe.expand(random) }), {
      kind: 'researcher',
      plan: 'edu',
      temperature: 0,
      maxTokens: [64],
    }),
  )
}

type Team = {
  readonly kind: string
  readonly plan: string
  readonly hasOrg: boolean
  readonly templateShare: number
}

function team(world: World, { random, size, median }: Group, what: Team): void {
  const office = random.chance(0.5) ? world.network.hosting(random) : world.network.home(random)
  const [org, payment, head] = [
    what.hasOrg ? orgOf(random) : undefined,
    `p_${random.hex(16)}`,
    sheets.officeHead.expand(random),
  ]
  const [kind, subject, zone] = [random.pick(recordNames), random.pick(topicNames), random.between(-9, 9)]
  for (let count = random.between(...size); count > 0; count--) {
    const own = Random.of(world.seed, what.kind, random.hex(8))
    const interests = interestsOf(own)
    const speak: Speaker = ({ random: moment, opening }) => {
      if (moment.chance(what.templateShare)) return { prompt: `${head}\n\n${records[kind].expand(moment)}` }
      return { prompt: moment.chance(0.4) ? topics[subject].expand(moment) : interests(moment, opening) }
    }
    const rhythm = humanHours(own, world.window, own.count(median, 0.9), zone)
    const over = {
      kind: what.kind,
      plan: what.plan,
      org,
      payment,
      created: world.window.from - own.between(2, 500) * DAY,
    }
    world.add({
      ...server(world, own, rhythm, speak, over),
      client: personalClient(own),
      places: [office, office, world.network.home(own)],
    })
  }
}

/** A product's own template over one kind of record, in the system prompt or before each record. */
function templated(random: Random, systemShare = 0.7): Speaker {
  const head = sheets.productHead.expand(random)
  const input = random.chance(0.7) ? records[random.pick(recordNames)] : topics[random.pick(topicNames)]
  return random.chance(systemShare)
    ? ({ random: moment }) => ({ prompt: input.expand(moment), system: head })
    : ({ random: moment }) => ({ prompt: `${head}\n\n${input.expand(moment)}` })
}

function server(
  world: World,
  random: Random,
  rhythm: Rhythm,
  speak: Speaker,
  over: Partial<Account> & { readonly kind: string },
): Account {
  return accountOf(
    world,
    { random, rhythm, speak, ...over },
    libraryClient(random),
    over.places ?? [world.network.hosting(random)],
  )
}

function orgOf(random: Random): string {
  return `o_${random.hex(8)}`
}
