import { expect, test } from 'vitest'
import { keyringFilter } from './keyring-filter.ts'

const ALLOW = 0x7fff0000
const EPERM = 0x00050001

/** What the kernel makes of a call, after the three operations that the filter has. */
function verdict(filter: Buffer, architecture: number, number: number): number {
  let loaded = 0
  for (let at = 0; ; at += 8) {
    const operand = filter.readUInt32LE(at + 4)
    const code = filter.readUInt16LE(at)
    if (code === 0x20) loaded = operand === 0 ? number : architecture
    else if (code === 0x15) at += 8 * filter.readUInt8(at + (loaded === operand ? 2 : 3))
    else if (code === 0x06) return operand
    else throw new Error(`no such operation: ${code}`)
  }
}

test.each([
  ['x64', 0xc000003e, [248, 249, 250, 0x40000000 + 250]],
  ['x64', 0x40000003, [286, 287, 288]],
  ['arm64', 0xc00000b7, [217, 218, 219]],
  ['arm64', 0x40000028, [309, 310, 311]],
])('%s, architecture %i: calls about keys are refused and all others made', (arch, architecture, refused) => {
  const filter = keyringFilter(arch) ?? Buffer.alloc(0)
  const numbers = [...Array(600).keys(), 0x40000000 + 250]
  const kept = numbers.filter((number) => verdict(filter, architecture, number) === EPERM)
  expect(kept).toEqual(refused)
  expect(verdict(filter, architecture, 0)).toBe(ALLOW)
  expect(verdict(filter, 0xc00000f3, 219)).toBe(ALLOW)
})

test('a machine whose numbers are not known has no filter', () => {
  expect(keyringFilter('riscv64')).toBeUndefined()
})
