import { Infinite } from './sets.ts'
import { Model, SetOf, Text } from './values.ts'

export const booleanSet = new SetOf([false, true])
export const stringSet = new Infinite('STRING', (value) => value instanceof Text)
export const naturals = new Infinite('Nat', (value) => isInteger(value) && (value as number) >= 0)
export const integers = new Infinite('Int', isInteger)
export const reals = new Infinite('Real', isInteger)

function isInteger(value: unknown): boolean {
  if (typeof value === 'number') return true
  if (value instanceof Model) return false
  return false
}
