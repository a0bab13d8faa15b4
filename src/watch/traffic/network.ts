// Where traffic comes from: made-up home providers, mobile carriers, VPN exits and hosting ranges.
import { Random } from './random.ts'

export type Place = { readonly ip: string; readonly asn: number }
export type Client = { readonly ua: string; readonly ja4: string }

type Provider = { readonly asn: number; readonly prefixes: readonly string[] }
type Exits = { readonly asn: number; readonly addresses: readonly string[] }

const HOME_PROVIDERS = 140
const CARRIERS = 24
const VPN_PROVIDERS = 9
const CARRIER_ADDRESSES = 48
const VPN_EXITS = 30
/** First octets: outside private and reserved ranges; homes, carriers and hosting keep to their own. */
const homeOctets = [24, 31, 37, 46, 62, 71, 77, 78, 80, 82, 84, 87, 91, 93, 95, 109, 151, 176, 188, 201]
const carrierOctets = [41, 49, 92, 102, 106, 117, 182, 197]
const hostingOctets = [5, 23, 34, 45, 51, 65, 104, 138, 157, 167]
const hostingNumbers = [64800, 64801, 64802, 64803, 64804, 64805, 64806, 64807, 64808, 64809]

const libraries = [
  'openai-python/2.8.1',
  'openai-python/2.6.0',
  'openai-python/1.99.9',
  'openai-node/6.9.1',
  'openai-node/6.3.0',
  'anthropic-python/0.75.0',
  'anthropic-python/0.71.0',
  'anthropic-typescript/0.70.1',
  'python-requests/2.32.5',
  'python-httpx/0.28.1',
  'axios/1.13.2',
  'langchain/1.1.0',
  'litellm/1.80.5',
  'Go-http-client/2.0',
  'okhttp/5.3.0',
  'aiohttp/3.13.2',
  'reqwest/0.12.24',
  'curl/8.17.0',
  'guzzle/7.10.0',
  'node-fetch/3.3.2',
]
const browsers = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/142.0',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Edg/142.0',
  'Mozilla/5.0 (Windows NT 10.0; rv:145.0) Firefox/145.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/26.1 Safari/605.1.15',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/142.0',
  'Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0',
  'Mozilla/5.0 (X11; CrOS x86_64) Chrome/141.0',
]
const phones = [
  'Mozilla/5.0 (iPhone; CPU iPhone OS 26_1) Version/26.1 Mobile Safari/604.1',
  'Mozilla/5.0 (iPad; CPU OS 26_1) Version/26.1 Safari/604.1',
  'Mozilla/5.0 (Linux; Android 16) Chrome/142.0 Mobile',
  'Mozilla/5.0 (Linux; Android 15; SM-S921B) SamsungBrowser/29.0',
  'Mozilla/5.0 (Linux; Android 14) Chrome/140.0 Mobile',
]
const apps = [
  'chat-app-ios/5.41',
  'chat-app-android/5.40',
  'chat-desktop/3.12',
  'terminal-chat/0.9',
  'notes-plugin/2.3',
]

/** The world's addresses for one seed. */
export class Network {
  readonly #homes: readonly Provider[]
  readonly #carriers: readonly Exits[]
  readonly #vpns: readonly Exits[]

  private constructor(homes: readonly Provider[], carriers: readonly Exits[], vpns: readonly Exits[]) {
    this.#homes = homes
    this.#carriers = carriers
    this.#vpns = vpns
  }

  static of(seed: number): Network {
    const random = Random.of(seed, 'network')
    const prefix = (octets: readonly number[]) => `${random.pick(octets)}.${random.between(0, 255)}`
    const exits = (asn: number, octets: readonly number[], count: number): Exits => {
      const block = `${prefix(octets)}.${random.between(0, 255)}`
      return { asn, addresses: Array.from({ length: count }, (_, at) => `${block}.${2 + at * 3}`) }
    }
    return new Network(
      Array.from({ length: HOME_PROVIDERS }, (_, at) => ({
        asn: 3000 + at * 131,
        prefixes: Array.from({ length: random.between(2, 12) }, () => prefix(homeOctets)),
      })),
      Array.from({ length: CARRIERS }, (_, at) => exits(24000 + at * 77, carrierOctets, CARRIER_ADDRESSES)),
      Array.from({ length: VPN_PROVIDERS }, (_, at) =>
        exits(hostingNumbers[at] ?? 64800, hostingOctets, VPN_EXITS),
      ),
    )
  }

  home(random: Random): Place {
    const provider = random.pick(this.#homes)
    return {
      ip: `${random.pick(provider.prefixes)}.${random.between(0, 255)}.${random.between(1, 254)}`,
      asn: provider.asn,
    }
  }

  hosting(random: Random): Place {
    const ip = `${random.pick(hostingOctets)}.${random.between(0, 255)}.${random.between(0, 255)}.${random.between(1, 254)}`
    return { ip, asn: random.pick(hostingNumbers) }
  }

  /** Some addresses of one carrier: each is shared by many of its customers. */
  mobile(random: Random, count: number): Place[] {
    const carrier = random.pick(this.#carriers)
    return Array.from({ length: count }, () => ({ ip: random.pick(carrier.addresses), asn: carrier.asn }))
  }

  vpn(random: Random, count: number): Place[] {
    const provider = random.pick(this.#vpns)
    return Array.from({ length: count }, () => ({ ip: random.pick(provider.addresses), asn: provider.asn }))
  }
}

export function libraryClient(random: Random): Client {
  return clientOf(random.pick(libraries), random)
}

/** Whatever a person uses: a browser, a phone, an app, now and then a script. */
export function personalClient(random: Random): Client {
  const draw = random.next()
  return clientOf(
    random.pick(draw < 0.4 ? browsers : draw < 0.65 ? phones : draw < 0.85 ? apps : libraries),
    random,
  )
}

export function phoneClient(random: Random): Client {
  return clientOf(random.pick(random.chance(0.6) ? phones : apps), random)
}

/** A client's TLS fingerprint follows from its build; each library is seen in a few builds. */
export function clientOf(ua: string, random: Random): Client {
  const build = Random.of(0, 'ja4', ua, random.between(1, 3))
  return { ua, ja4: `t13d${build.between(1000, 1999)}h2_${build.hex(12)}_${build.hex(12)}` }
}
