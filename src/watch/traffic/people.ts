// Benign accounts that stand for one human or one household, and groups of humans who have something in common.
import { type Account, accountOf, type Speaker, type World } from './account.ts'
import { type Client, clientOf, personalClient, phoneClient } from './network.ts'
import { Random } from './random.ts'
import { bursts, DAY, HOUR, humanHours } from './rhythm.ts'
import {
  foreign,
  harvests,
  interestsOf,
  languageNames,
  sheets,
  topicNames,
  topics,
  typed,
  voiceOf,
} from './speech.ts'

export type Group = {
  readonly random: Random
  readonly size: readonly [least: number, most: number]
  readonly median: number
}

const REASONING_SESSION_SHARE = 0.06

function person(world: World, random: Random, median: number, over: Partial<Account> = {}): Account {
  const interests = interestsOf(random)
  const homes = Array.from({ length: random.pick([1, 1, 1, 2, 2, 3]) }, () => world.network.home(random))
  return accountOf(
    world,
    {
      kind: 'person',
      random,
      rhythm: humanHours(random, world.window, random.count(median, 1.05), random.between(-9, 9)),
      speak: chatting(interests, random),
      ...over,
    },
    personalClient(random),
    homes,
  )
}

/** Now and then somebody's client sends back its own reasoning blocks while a sitting lasts. */
export function chatting(interests: ReturnType<typeof interestsOf>, random: Random): Speaker {
  const hasReasoning = random.chance(REASONING_SESSION_SHARE)
  let signature: string | undefined
  return ({ random: moment, opening }) => {
    if (hasReasoning) signature = opening || signature === undefined ? undefined : signature
    const reply = signature
    if (hasReasoning) signature ??= `rs_${moment.hex(24)}`
    return { prompt: interests(moment, opening), reasoningSignature: opening ? undefined : reply }
  }
}

export function persons(world: World, { random, median }: Group): void {
  world.add(person(world, random, median))
}

/** One carrier's addresses, shared with many others. */
export function mobilePersons(world: World, { random, median }: Group): void {
  const account = person(world, random, median, { kind: 'mobile' })
  world.add({
    ...account,
    client: phoneClient(random),
    places: world.network.mobile(random, random.between(2, 7)),
  })
}

export function vpnPersons(world: World, { random, median }: Group): void {
  const account = person(world, random, median, { kind: 'vpn' })
  const exits = world.network.vpn(random, random.between(1, 6))
  world.add({ ...account, places: random.chance(0.4) ? [...exits, ...account.places] : exits })
}

/** Three to six people, one card, one home, phones outside. */
export function families(world: World, { random, size, median }: Group): void {
  const [home, payment] = [world.network.home(random), `p_${random.hex(16)}`]
  const zone = random.between(-9, 9)
  for (let count = random.between(...size); count > 0; count--) {
    const own = Random.of(world.seed, 'family', random.hex(8))
    const rhythm = humanHours(own, world.window, own.count(median, 0.9), zone)
    const places = own.chance(0.5) ? [home, ...world.network.mobile(own, 2)] : [home]
    world.add({ ...person(world, own, median, { kind: 'family', payment, plan: 'pro', rhythm }), places })
  }
}

/** One network, accounts made the same week, the same task sheet of the teacher. */
export function classes(world: World, { random, size }: Group): void {
  const place = world.network.home(random)
  const made = world.window.from - random.between(1, 40) * DAY
  const sheet = Array.from({ length: random.between(8, 20) }, () => topics.maths.expand(random))
  const lesson = lessonTime(world, random)
  const client = random.chance(0.5) ? personalClient(random) : undefined
  for (let count = random.between(...size); count > 0; count--) {
    const own = Random.of(world.seed, 'class', random.hex(8))
    const speak = workingThrough(sheet, own, 0.25)
    const runs = [{ at: lesson + own.next() * 0.7 * HOUR, exchanges: own.between(4, 16), gapMs: 80_000 }]
    const over = { kind: 'class', plan: 'edu', payment: undefined, created: made + own.next() * 5 * DAY }
    world.add(
      accountOf(
        world,
        { random: own, speak, rhythm: bursts(own, runs), ...over },
        client ?? personalClient(own),
        [place, world.network.home(own)],
      ),
    )
  }
}

/** A university course: hundreds, own networks and the campus, one assignment over a week, nights before the deadline. */
export function courses(world: World, { random, size }: Group): void {
  const campus = Array.from({ length: 4 }, () => world.network.home(random))
  const handout = Array.from({ length: random.between(4, 9) }, () =>
    random.chance(0.5) ? sheets.starterSheet.expand(random) : harvests.coding.expand(random),
  )
  const start = world.window.from + random.between(0, Math.max(0, world.scenario.days - 8)) * DAY
  for (let count = random.between(...size); count > 0; count--) {
    const own = Random.of(world.seed, 'course', random.hex(8))
    const speak = workingThrough(handout, own, 0.6)
    const rhythm = humanHours(
      own,
      { from: start, to: Math.min(world.window.to, start + 8 * DAY) },
      own.count(14, 0.7),
      1,
    )
    const over = {
      kind: 'course',
      plan: 'edu',
      payment: undefined,
      created: start - own.between(0, 90) * DAY,
    }
    world.add(
      accountOf(world, { random: own, speak, rhythm, ...over }, personalClient(own), [
        own.pick(campus),
        world.network.home(own),
      ]),
    )
  }
}

/** Fresh accounts on one network, the same starter prompt, one weekend. */
export function hackathons(world: World, { random, size }: Group): void {
  const venue = [world.network.home(random), world.network.home(random)]
  const sheet = [sheets.starterSheet.expand(random), sheets.starterSheet.expand(random)]
  const opening = weekend(world, random) + 8 * HOUR
  for (let count = random.between(...size); count > 0; count--) {
    const own = Random.of(world.seed, 'hackathon', random.hex(8))
    const speak = workingThrough(sheet, own, 0.75)
    const runs = Array.from({ length: own.between(2, 5) }, (_, at) => ({
      at: opening + (at + own.next()) * 7 * HOUR,
      exchanges: own.between(4, 22),
      gapMs: 60_000,
    }))
    const over = {
      kind: 'hackathon',
      plan: 'free',
      payment: undefined,
      created: opening - own.next() * 20 * HOUR,
    }
    world.add(
      accountOf(world, { random: own, speak, rhythm: bursts(own, runs), ...over }, personalClient(own), [
        own.pick(venue),
      ]),
    )
  }
}

/** Many strangers paste one prompt from a newsletter within two days, once or twice each; some are regulars. */
export function virals(world: World, { random, size }: Group): void {
  const prompt = sheets.viralPrompt.expand(random)
  const sent = world.window.from + random.next() * (world.scenario.days - 2) * DAY
  for (let count = random.between(...size); count > 0; count--) {
    const own = Random.of(world.seed, 'viral', random.hex(8))
    const interests = interestsOf(own)
    let pastes = own.between(1, 2)
    const speak: Speaker = ({ ts, random: moment, opening }) => {
      if (ts < sent || pastes === 0) return { prompt: interests(moment, opening) }
      pastes--
      return { prompt: own.chance(0.85) ? prompt : typed(prompt, voiceOf(own), own) }
    }
    const runs = [
      { at: sent + own.next() ** 2 * 1.9 * DAY, exchanges: pastes + own.between(0, 9), gapMs: 70_000 },
    ]
    const account = person(world, own, 8, { kind: 'viral', speak })
    const habit = account.rhythm
    const paste = bursts(own, runs)
    const isRegular = own.chance(0.6)
    world.add({
      ...account,
      rhythm: (day, push) => {
        paste(day, push)
        if (isRegular) habit(day, push)
      },
    })
  }
}

/** New accounts all at once after a promotion; otherwise people, most of whom leave again. */
export function promotions(world: World, { random, size }: Group): void {
  const day = world.window.from + random.between(0, Math.max(0, world.scenario.days - 4)) * DAY
  for (let count = random.between(...size); count > 0; count--) {
    const own = Random.of(world.seed, 'promotion', random.hex(8))
    const created = day + own.next() * DAY
    const runs = Array.from({ length: own.pick([1, 1, 1, 2, 3]) }, (_, at) => ({
      at: created + (at + own.next()) * 0.8 * DAY,
      exchanges: own.between(1, 9),
      gapMs: 90_000,
    }))
    world.add(
      person(world, own, 5, {
        kind: 'promotion',
        created,
        plan: 'free',
        payment: undefined,
        rhythm: bursts(own, runs),
      }),
    )
  }
}

/** Strangers with one open-source tool: its system prompt word for word, nothing else in common. */
export function fans(world: World, group: Group): void {
  toolUsers(world, group, 'system')
}

/** The same, with a tool that puts its template into the user message. */
export function templateFans(world: World, group: Group): void {
  toolUsers(world, group, 'prompt')
}

function toolUsers(world: World, { random, size, median }: Group, where: 'system' | 'prompt'): void {
  const sheet = where === 'system' ? sheets.toolPrompt.expand(random) : sheets.toolHead.expand(random)
  const name =
    /\b([a-z]+(?:pad|code|chat|kit|note|term|scribe|bot|desk|mate|lens|forge))\b/.exec(sheet)?.[1] ?? 'tool'
  const subject = random.pick(topicNames)
  for (let count = random.between(...size); count > 0; count--) {
    const own = Random.of(world.seed, 'fan', random.hex(8))
    const talk = interestsOf(own)
    const tongue = own.chance(0.2)
      ? foreign[own.pick(languageNames)]
      : topics[own.chance(0.6) ? subject : own.pick(topicNames)]
    const client: Client = clientOf(`${name}/0.${own.between(8, 14)}`, own)
    const speak: Speaker = ({ random: moment, opening }) => {
      const text = moment.chance(0.8) ? tongue.expand(moment) : talk(moment, opening)
      return where === 'system' ? { prompt: text, system: sheet } : { prompt: sheet + text }
    }
    world.add({ ...person(world, own, median, { kind: 'fans', speak, maxTokens: [4096] }), client })
  }
}

function workingThrough(sheet: readonly string[], own: Random, asideShare: number): Speaker {
  const order = own.shuffle(sheet)
  const voice = voiceOf(own)
  const interests = interestsOf(own)
  let at = 0
  return ({ random, opening }) => {
    if (random.chance(asideShare)) return { prompt: interests(random, opening) }
    const task = order[at++ % order.length] ?? ''
    return { prompt: random.chance(0.7) ? task : typed(task, voice, random) }
  }
}

function lessonTime(world: World, random: Random): number {
  let day = random.between(0, world.scenario.days - 1)
  while (new Date(world.window.from + day * DAY).getUTCDay() % 6 === 0) day = (day + 1) % world.scenario.days
  return world.window.from + day * DAY + random.between(7, 15) * HOUR
}

function weekend(world: World, random: Random): number {
  const days = Array.from({ length: world.scenario.days - 1 }, (_, day) => world.window.from + day * DAY)
  const saturdays = days.filter((day) => new Date(day).getUTCDay() === 6)
  return saturdays.length > 0 ? random.pick(saturdays) : world.window.from
}
