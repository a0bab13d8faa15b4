// Commands out of other people's public collections, read from a clone of each. Nothing of them is kept here.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import type { Collection, Family } from './collections/collection.ts'
import { emulations } from './collections/emulation.ts'
import { everyday } from './collections/everyday.ts'
import { guardCollections } from './collections/guard-tests.ts'
import { lolbins } from './collections/lolbins.ts'
import { attackNotes } from './collections/notes.ts'

/** One command of a collection; `half` says whether its misses may be read while rules are written. */
export type Sample = {
  readonly corpus: string
  readonly family: Family
  readonly name: string
  readonly command: string
  readonly half: 'read' | 'unread'
}

/** The first that has a path of a clone reads it. */
const collections: readonly Collection[] = [
  ...lolbins,
  ...emulations,
  ...guardCollections,
  ...attackNotes,
  ...everyday,
]

/** The samples of the collections that have a clone at one of these places, bare or not. */
export function samplesOf(places: readonly string[]): readonly Sample[] {
  return places.flatMap((place) => {
    const paths = git(place, 'ls-tree', '-r', '--name-only', '-z', 'HEAD').toString('utf8').split('\0')
    const collection = collections.find(({ has }) => paths.some((path) => has.test(path)))
    if (collection === undefined) throw new Error(`${place}: no collection that this bench can read`)
    const files = paths
      .filter((path) => collection.files.test(path))
      .map((path) => [path, git(place, 'show', `HEAD:${path}`).toString('utf8')] as const)
    const seen = new Set<string>()
    return collection.read(files).flatMap(({ family, name, command, key }) => {
      const text = command.trim()
      if (text === '' || seen.has(text)) return []
      seen.add(text)
      const isOdd =
        (createHash('sha1')
          .update(key ?? text)
          .digest()[0] ?? 0) %
          2 ===
        1
      const half = isOdd === (collection.isSwapped ?? false) ? 'read' : 'unread'
      return [{ corpus: collection.name, family, name, command: text, half } as const]
    })
  })
}

function git(place: string, ...words: string[]): Buffer {
  return execFileSync('git', ['-C', place, ...words], { maxBuffer: 1 << 28 })
}
