// A seccomp filter that refuses the kernel's keyrings: a login's session keyring (Kerberos tickets, keys of encrypted folders) passes
// to every process that the login begins, and no namespace divides it.

/** `struct sock_filter` (linux/filter.h): an operation, where to go on when it holds and when not, and its operand. */
type Step = readonly [code: number, whenSo: number, whenNot: number, operand: number]

const LOAD_WORD = 0x20
const IS_EQUAL = 0x15
const RETURN = 0x06
/** Of `struct seccomp_data`: the number of the call, and the architecture it is a number of. */
const NUMBER = 0
const ARCHITECTURE = 4
const ALLOW = 0x7fff0000
const REFUSE = 0x00050001
const STEP_BYTES = 8
/** The bit by which x86-64 marks calls of its 32-bit form. */
const X32 = 0x40000000

/** `add_key`, `request_key` and `keyctl`, by the architecture of linux/audit.h; a program may use its machine's older ones too. */
const calls: Readonly<
  Record<string, readonly (readonly [architecture: number, numbers: readonly number[]])[]>
> = {
  x64: [
    [0xc000003e, [248, 249, 250, X32 + 248, X32 + 249, X32 + 250]],
    [0x40000003, [286, 287, 288]],
  ],
  arm64: [
    [0xc00000b7, [217, 218, 219]],
    [0x40000028, [309, 310, 311]],
  ],
}

/** The filter as the kernel of this machine wants it; nothing where its numbers are not known here. */
export function keyringFilter(arch: string = process.arch): Buffer | undefined {
  const known = calls[arch]
  if (known === undefined) return undefined
  const steps: Step[] = []
  for (const [architecture, numbers] of known) {
    // Past the numbers, their refusal and the permission, when it is another architecture's call.
    steps.push([LOAD_WORD, 0, 0, ARCHITECTURE], [IS_EQUAL, 0, numbers.length + 3, architecture])
    steps.push([LOAD_WORD, 0, 0, NUMBER])
    for (const [index, number] of numbers.entries()) steps.push([IS_EQUAL, numbers.length - index, 0, number])
    steps.push([RETURN, 0, 0, ALLOW], [RETURN, 0, 0, REFUSE])
  }
  steps.push([RETURN, 0, 0, ALLOW])
  const bytes = Buffer.alloc(steps.length * STEP_BYTES)
  for (const [index, [code, whenSo, whenNot, operand]] of steps.entries()) {
    const at = index * STEP_BYTES
    bytes.writeUInt16LE(code, at)
    bytes.writeUInt8(whenSo, at + 2)
    bytes.writeUInt8(whenNot, at + 3)
    bytes.writeUInt32LE(operand, at + 4)
  }
  return bytes
}
