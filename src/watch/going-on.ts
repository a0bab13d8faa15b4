// What a watch needs to be shown more exchanges as if it had never stopped, beside what a look at it needs.
import * as v from 'valibot'
import type { Backdrop, Population } from './campaigns/group.ts'
import type { SignalName } from './campaigns/signals.ts'
import { type Column, Columns } from './state/columns.ts'

const numbers = v.pipe(v.array(v.number()), v.readonly())
const pair = v.pipe(v.tuple([v.number(), v.number()]), v.readonly())
const split = v.pipe(
  v.object({ members: v.number(), exchanges: v.number(), parts: v.pipe(v.array(numbers), v.readonly()) }),
  v.readonly(),
)
const backdropSchema = v.object({
  population: v.object({
    accounts: v.number(),
    newness: v.number(),
    clients: v.array(pair),
    everybodys: v.array(v.number()),
    settings: v.array(v.pipe(v.tuple([v.string(), v.number()]), v.readonly())),
    techniques: numbers,
  }),
  silenced: v.array(v.string()),
  tuning: v.object({
    benign: v.array(v.tuple([v.string(), numbers])),
    real: v.array(v.tuple([v.string(), v.object({ asked: v.number(), shown: v.number() })])),
  }),
})

export const goingOnSchema = v.object({
  features: v.unknown(),
  sweptExchanges: v.number(),
  sweptAt: v.number(),
  alarmed: v.array(pair),
  raised: v.array(v.number()),
  splits: v.array(v.pipe(v.tuple([v.string(), split]), v.readonly())),
  backdrop: v.optional(backdropSchema),
})

export type GoingOn = v.InferOutput<typeof goingOnSchema>

const OUTPUTS = 'population.outputs'

export function keepBackdrop(
  { population, silenced, tuning }: Backdrop,
  columns: Map<string, Column>,
): GoingOn['backdrop'] {
  const { accounts, newness, clients, settings, techniques, outputs, everybodys } = population
  columns.set(OUTPUTS, Float64Array.from(outputs))
  return {
    population: {
      accounts,
      newness,
      techniques,
      clients: [...clients],
      everybodys: [...everybodys],
      settings: [...settings],
    },
    silenced: [...silenced],
    tuning: { benign: [...tuning.benign], real: [...tuning.real] },
  }
}

/** Whether the file was written by this code was asked of its key; so the names in it are signals. */
export function recallBackdrop(
  { population, silenced, tuning }: NonNullable<GoingOn['backdrop']>,
  columns: ReadonlyMap<string, Column>,
): Omit<Backdrop, 'accounts'> {
  const outputs: Population['outputs'] = Float64Array.from(new Columns(columns).of(OUTPUTS))
  return {
    population: {
      ...population,
      clients: new Map(population.clients),
      everybodys: new Set(population.everybodys),
      settings: new Map(population.settings),
      outputs,
    },
    silenced: new Set(silenced),
    tuning: {
      benign: new Map(tuning.benign as [SignalName, readonly number[]][]),
      real: new Map(tuning.real as [SignalName, { asked: number; shown: number }][]),
    },
  }
}
