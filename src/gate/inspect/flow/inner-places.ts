// Addresses that mean another machine for each who opens them: a cloud's metadata service, this machine, the network
// behind it. Nobody outside can reach them, so a text from outside that names one wants the agent to.
import { isIPv4, isIPv6 } from 'node:net'
import { nameWords } from './effects.ts'
import { partsOf } from './fold.ts'
import type { Value } from './values.ts'

export type PlaceKind = 'metadata' | 'inner' | 'outer'

/** A host that a value names, in its one spelling, with what follows it. */
export type Place = { readonly host: string; readonly path: string; readonly kind: PlaceKind }

const ADDRESS_CHARACTERS_MAX = 4_096
const PLACES_MAX = 1_000
const SCHEMES_MAX = 3

/** Names of metadata services; their addresses are ranges below. */
const metadataNames =
  /^(?:metadata|metadata\.google\.internal|metadata\.goog|metadata\.tencentyun\.com|metadata\.azure\.(?:com|internal)|metadata\.platformequinix\.com|metadata\.packet\.net|instance-data(?:\.[\w-]+)*(?:\.compute)?(?:\.internal)?)$/
const innerNames = /(?:^|\.)(?:localhost|internal|local|intranet|lan|svc|home\.arpa|localtest\.me|lvh\.me)$/
/** Names that answer with the address written in them: `10.0.0.1.nip.io`, `10-0-0-1.sslip.io`, `0a000001.nip.io`. */
const spelledNames = /^(?:.*[.-])?((?:\d{1,3}[.-]){3}\d{1,3}|[0-9a-f]{8})\.(?:nip\.io|sslip\.io|xip\.io)$/

/** What a metadata service tells only to the machine itself: its keys, and what it was started with. */
const credentialPath =
  /security-credentials|identity-credentials|service-accounts|\/identity(?:\/|$)|\/oauth2\/token|\/token(?:[/?]|$)|user[-_]data|meta_data\.json|\/credentials(?:\/|$)|kube-env|ssh-keys|managed-identity|recursive=true/i

/** A field that says where to go, when the value alone does not. */
const placeFields = new Set(
  'url uri link href host hostname address endpoint site website page target domain server destination base origin proxy webhook callback location src source'.split(
    ' ',
  ),
)

/** Fields of words to look for, where an address without a scheme is what is asked about. */
const textFields = new Set('query q search keyword keywords term terms question text prompt'.split(' '))
const hasScheme = /^(?:[a-z][a-z0-9+.-]*:)?[/\\]{2}\w|^[a-z][a-z0-9+.-]*:[/\\]/i

/** Where a call's values go on the network. `isCode` when the tool runs what it is given. */
export function placesReached(values: readonly Value[], isVisit: boolean, isCode: boolean): readonly Place[] {
  const places: Place[] = []
  const rest = values.map(({ text }) => text.slice(0, ADDRESS_CHARACTERS_MAX)).join(' ')
  for (const { field, text } of values) {
    if (places.length >= PLACES_MAX) break
    const trimmed = text.trim().replace(/[\t\r\n]/g, '')
    const words = nameWords(field)
    const isNamed = words.some((word) => placeFields.has(word))
    const isPlace = isNamed || (isVisit && !words.some((word) => textFields.has(word)))
    const isText = trimmed.length > ADDRESS_CHARACTERS_MAX || trimmed.includes(' ')
    if (isCode || (isText && isNamed)) places.push(...placesNamed(text).places)
    if (isText) continue
    if (isPlace || hasScheme.test(trimmed)) places.push(...readingsOf(trimmed))
  }
  // The way on a host may be given beside it: { host, path }.
  return places.map((place) => ({ ...place, path: place.path.length > 1 ? place.path : rest }))
}

/** Has this place to do with keys, as far as its path says? */
export function isForCredentials({ path }: Place): boolean {
  return credentialPath.test(decoded(path))
}

const afterScheme = /:[/\\]{1,3}([^\s"'<>`)]{1,500})/g
const asNumbers = /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])[^\s"'<>`)]{0,200}/g
const asName = /\blocalhost\b[^\s"'<>`)]{0,200}/gi
/** Hosts that need a closer look: numbers, brackets, odd letters, no dot, or the end of a name used inside. */
const mayBeInner =
  /^[^/\\]*@|^\[|^[\dx.a-f]+(?:[:/\\?#]|$)|^[^/\\:?#.]*(?:[:/\\?#]|$)|^[^/\\]*[^\x20-\x7e%]|^[^/\\]*%|^[^/\\:?#]*\.(?:localhost|internal|local|intranet|lan|svc|arpa|me|io|goog|com)\.?(?:[:/\\?#]|$)/i

/** The addresses in a text that could lie inside; `isCut` when there were more than are looked at. */
export type Named = { readonly places: readonly Place[]; readonly isCut: boolean }

export function placesNamed(text: string): Named {
  const { parts, isCut } = partsOf(text)
  const found: string[] = []
  for (const part of parts) addNamed(part, found)
  return { places: found.flatMap(readingsOf), isCut: isCut || found.length > PLACES_MAX }
}

function addNamed(text: string, found: string[]): void {
  const room = () => found.length <= PLACES_MAX
  if (text.includes(':'))
    for (const match of text.matchAll(afterScheme)) {
      if (!mayBeInner.test(match[1] ?? '')) continue
      const [name] = /[a-z][a-z0-9+.-]*$/i.exec(text.slice(Math.max(0, match.index - 16), match.index)) ?? []
      if (!room()) return
      found.push(`${name ?? 'http'}${match[0]}`)
    }
  for (const pattern of [asNumbers, asName])
    for (const [address] of text.matchAll(pattern)) {
      if (!room()) return
      found.push(address)
    }
}

/** A web address may leave its slashes out. */
const scheme = /^(?:(?:https?|wss?|ftp):|[a-z][a-z0-9+.-]*:(?=[/\\]|[a-z]+:[/\\]))/i

/**
 * What libraries make of one address. They differ about a backslash and about `user@host`, so each reading counts, and
 * the worst of them is what matters.
 */
function readingsOf(address: string): readonly Place[] {
  if (/^(?:file|data|about|blob|javascript|urn|mailto|tel):/i.test(address)) return []
  let bare = address.replace(/[\t\r\n]/g, '')
  const isWeb = /^(?:https?|wss?):/i.test(bare)
  const isAddress = isWeb || /[.:]|^\d{8,10}$|^0x[0-9a-f]{6,8}$/i.test(bare)
  if (!isAddress) return []
  for (let count = 0; count < SCHEMES_MAX; count++) bare = bare.replace(scheme, '')
  bare = bare.replace(/^[/\\]+/, '')
  const readings = [bare, bare.replace(/^[^/?#]*@/, '')]
  const found = new Map<string, Place>()
  for (const reading of readings) {
    const url = asUrl(`http://${reading}`)
    if (url === undefined) continue
    const host = hostOf(url.hostname)
    // A word alone is a host only where the rest says so: `s3://metadata` is a bucket.
    if (!isWeb && host !== 'localhost' && !/[.:]/.test(host)) continue
    found.set(host, { host, path: `${url.pathname}${url.search}`, kind: kindOf(host) })
  }
  return [...found.values()]
}

function asUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}

/** One spelling: an address of the old kind stays one when it is dressed as one of the new kind, or as a name. */
function hostOf(hostname: string): string {
  const name = hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase()
  if (isIPv6(name)) return withinV6(name) ?? name
  const [, spelled] = spelledNames.exec(name) ?? []
  if (spelled === undefined) return name
  if (/^[0-9a-f]{8}$/.test(spelled)) return fromNumber(Number.parseInt(spelled, 16))
  const plain = spelled.replaceAll('-', '.')
  return isIPv4(plain) ? plain : name
}

/** The address of the old kind in `::ffff:a.b.c.d`, `::a.b.c.d`, `64:ff9b::a.b.c.d`, `2002:aabb:ccdd::`. */
function withinV6(name: string): string | undefined {
  const groups = groupsOf(name)
  const last = (groups[6] ?? 0) * 0x10000 + (groups[7] ?? 0)
  const isZero = (from: number, to: number) => groups.slice(from, to).every((group) => group === 0)
  if (isZero(0, 5) && groups[5] === 0xffff) return fromNumber(last)
  if (isZero(0, 4) && groups[4] === 0xffff && groups[5] === 0) return fromNumber(last)
  if (isZero(0, 6) && last > 0xffff) return fromNumber(last)
  if (groups[0] === 0x64 && groups[1] === 0xff9b) return fromNumber(last)
  if (groups[0] === 0x2002) return fromNumber((groups[1] ?? 0) * 0x10000 + (groups[2] ?? 0))
  return undefined
}

/** Eight numbers of an address as a parser of addresses writes it. */
function groupsOf(name: string): readonly number[] {
  const [left = '', right] = name.split('::')
  const numbers = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))
  const before = numbers(left)
  const after = right === undefined ? [] : numbers(right)
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after]
}

function fromNumber(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join('.')
}

function kindOf(host: string): PlaceKind {
  if (isIPv4(host)) return kindOfV4(host.split('.').map(Number))
  if (isIPv6(host)) return kindOfV6(groupsOf(host))
  if (metadataNames.test(host)) return 'metadata'
  return innerNames.test(host) || !host.includes('.') ? 'inner' : 'outer'
}

function kindOfV4([first = 0, second = 0, third = 0, fourth = 0]: readonly number[]): PlaceKind {
  // Link-local: AWS, Azure, Google, Oracle, DigitalOcean, OpenStack, Tencent and the containers of AWS.
  if (first === 169 && second === 254) return 'metadata'
  const asText = [first, second, third, fourth].join('.')
  // Alibaba, Oracle, and the host of Azure's machines.
  if (['100.100.100.200', '192.0.0.192', '168.63.129.16'].includes(asText)) return 'metadata'
  const isInner =
    first === 0 ||
    first === 10 ||
    first === 127 ||
    (first === 172 && second >= 16 && second <= 31) ||
    (first === 192 && second === 168) ||
    (first === 100 && second >= 64 && second <= 127)
  return isInner ? 'inner' : 'outer'
}

function kindOfV6(groups: readonly number[]): PlaceKind {
  const [first = 0, second = 0] = groups
  const last = groups[7] ?? 0
  // AWS (fd00:ec2::254, ::23), Google (fd20:ce::254), OpenStack (fe80::a9fe:a9fe).
  if (first === 0xfd00 && second === 0xec2) return 'metadata'
  if (first === 0xfd20 && second === 0xce) return 'metadata'
  if (first === 0xfe80 && groups[6] === 0xa9fe && last === 0xa9fe) return 'metadata'
  const isZero = groups.slice(0, 7).every((group) => group === 0)
  if (isZero && last <= 1) return 'inner'
  return (first & 0xfe00) === 0xfc00 || (first & 0xffc0) === 0xfe80 ? 'inner' : 'outer'
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path).replace(/\/{2,}/g, '/')
  } catch {
    return path
  }
}
