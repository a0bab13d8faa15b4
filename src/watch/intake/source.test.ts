import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { LINE_BYTES_MAX } from './block.ts'
import { openSource, readSource, type SourceOptions } from './source.ts'

const folder = mkdtempSync(join(tmpdir(), 'portcullis-source-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

async function read(path: string, options: SourceOptions = {}) {
  const lines: string[] = []
  const rejections: string[] = []
  for await (const piece of readSource(path, options)) {
    if (piece.kind === 'rejection') {
      rejections.push(`${piece.rejection.line}:${piece.rejection.reason}`)
      continue
    }
    expect(piece.firstLine).toBe(lines.length + rejections.length + 1)
    lines.push(...Buffer.from(piece.bytes).toString().replace(/\n$/, '').split('\n'))
  }
  return { lines, rejections }
}

const many = Array.from(
  { length: 40_000 },
  (_, at) => `{"line":${at},"text":"${'abcdefgh'.repeat(at % 20)}"}`,
)
const text = `${many.join('\n')}\n`
const half = many.slice(0, 20_000)
const otherHalf = many.slice(20_000)

test.each([
  ['plain', Buffer.from(text)],
  ['gzip', gzipSync(text)],
  ['zstd', zstdCompressSync(text)],
  ['gzip in two members', Buffer.concat([gzipSync(`${half.join('\n')}\n`), gzipSync(otherHalf.join('\n'))])],
  [
    'zstd in three frames, one of them empty and one to be skipped',
    Buffer.concat([
      zstdCompressSync(`${half.join('\n')}\n`),
      zstdCompressSync(''),
      Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]),
      zstdCompressSync(otherHalf.join('\n')),
    ]),
  ],
  ['zstd that starts with a frame to be skipped', Buffer.concat([SKIPPABLE(), zstdCompressSync(text)])],
  ['gzip padded with zeros', Buffer.concat([gzipSync(text), Buffer.alloc(700)])],
])('%s is read by its bytes, whatever its name', async (name, bytes) => {
  const { lines, rejections } = await read(file(`${name.replaceAll(' ', '-')}.txt`, bytes))
  expect(rejections).toEqual([])
  expect(lines).toEqual(many)
})

function SKIPPABLE() {
  return Buffer.from([0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9])
}

test('thousands of small zstd frames are one stream', async () => {
  const bytes = Buffer.concat(many.slice(0, 3000).map((line) => zstdCompressSync(`${line}\n`)))
  expect(await read(file('frames.zst', bytes))).toEqual({ lines: many.slice(0, 3000), rejections: [] })
})

test.each([
  ['gzip', gzipSync(text)],
  ['zstd', zstdCompressSync(text)],
])('%s cut short yields every whole line before the cut and names the line it broke in', async (_, bytes) => {
  for (const share of [0.999, 0.5, 0.1]) {
    const path = file('cut', bytes.subarray(0, Math.floor(bytes.length * share)))
    const { lines, rejections } = await read(path)
    expect(lines).toEqual(many.slice(0, lines.length))
    expect(lines.length).toBeGreaterThan(many.length * share * 0.6 - 2500)
    expect(rejections).toEqual([`${lines.length + 1}:input-truncated`])
  }
})

test('a cut in a later frame or member is not taken for the end', async () => {
  for (const pack of [gzipSync, zstdCompressSync]) {
    const first = pack(`${half.join('\n')}\n`)
    const second = pack(otherHalf.join('\n'))
    for (const kept of [2, 100, second.length - 3]) {
      const { lines, rejections } = await read(file('cut2', Buffer.concat([first, second.subarray(0, kept)])))
      expect(lines.slice(0, 20_000)).toEqual(half)
      expect(rejections).toEqual([`${lines.length + 1}:input-truncated`])
    }
  }
})

test('bytes after the end that are no frame are reported, not skipped', async () => {
  for (const pack of [gzipSync, zstdCompressSync]) {
    const path = file('garbage', Buffer.concat([pack('one\ntwo\n'), Buffer.from('and then something else')]))
    const { rejections } = await read(path)
    expect(rejections).toEqual([expect.stringMatching(/^\d+:input-corrupt$/)])
  }
})

// Deflate may decode rubbish for a while before its checksum tells, so only the start is promised.
test('damage inside gzip is reported, and what stood well before it is kept', async () => {
  const bytes = gzipSync(text)
  bytes.fill(0xaa, bytes.length >> 1, (bytes.length >> 1) + 64)
  const { lines, rejections } = await read(file('damaged', bytes))
  expect(lines.slice(0, 10_000)).toEqual(many.slice(0, 10_000))
  expect(rejections).toEqual([`${lines.length + 1}:input-corrupt`])
})

test('a missing last newline, CRLF and a byte order mark are fine', async () => {
  expect((await read(file('bom', '\uFEFF{"a":1}\r\n{"b":2}'))).lines).toEqual(['{"a":1}\r', '{"b":2}'])
})

test('a line of 50 MB is one rejection and its neighbours are kept', async () => {
  const path = file(
    'long',
    Buffer.concat([Buffer.from('one\n'), Buffer.alloc(50e6, 0x61), Buffer.from('\nthree\n')]),
  )
  const before = process.memoryUsage().arrayBuffers
  let most = 0
  const seen: string[] = []
  for await (const piece of readSource(path)) {
    most = Math.max(most, process.memoryUsage().arrayBuffers - before)
    seen.push(
      piece.kind === 'block'
        ? `${piece.firstLine}:${Buffer.from(piece.bytes).toString().trim()}`
        : `${piece.rejection.line}:${piece.rejection.reason}`,
    )
  }
  expect(seen).toEqual(['1:one', '2:line-too-long', '3:three'])
  expect(most).toBeLessThan(6 * LINE_BYTES_MAX)
})

test('an empty file, and one that holds nothing after decompression, are a rejection', async () => {
  expect(await read(file('empty', ''))).toEqual({ lines: [], rejections: ['1:input-empty'] })
  expect(await read(file('empty.gz', gzipSync('')))).toEqual({ lines: [], rejections: ['1:input-empty'] })
})

test('UTF-16 is a coded error, with or without its mark', async () => {
  for (const bytes of [Buffer.from('\uFEFF{"ts":1}', 'utf16le'), Buffer.from('{"ts":1,"id":"x"}', 'utf16le')])
    await expect(read(file('utf16', bytes))).rejects.toMatchObject({ code: 'input-encoding' })
})

test('a directory, a missing file and another container are coded errors', async () => {
  mkdirSync(join(folder, 'sub'), { recursive: true })
  await expect(read(join(folder, 'sub'))).rejects.toMatchObject({ code: 'input-is-directory' })
  await expect(read(join(folder, 'none'))).rejects.toMatchObject({ code: 'input-not-found' })
  await expect(read(join(file('plain', 'x'), 'below'))).rejects.toMatchObject({ code: 'input-not-found' })
  await expect(read(file('a.zip', Buffer.from('PK\x03\x04rest', 'latin1')))).rejects.toMatchObject({
    code: 'input-format-unknown',
  })
})

// Root may read everything, so the refusal cannot be provoked there.
test.skipIf(process.getuid?.() === 0)(
  'a file without permission is a coded error (skipped as root)',
  async () => {
    const path = file('secret', 'x')
    chmodSync(path, 0)
    await expect(read(path)).rejects.toMatchObject({ code: 'input-unreadable' })
  },
)

test('standard input is read like a file, compressed or not, however it is chunked', async () => {
  for (const bytes of [Buffer.from('one\ntwo'), gzipSync('one\ntwo'), zstdCompressSync('one\ntwo')]) {
    const stdin = Readable.from([...bytes].map((byte) => Buffer.from([byte])))
    expect(await read('-', { stdin })).toEqual({ lines: ['one', 'two'], rejections: [] })
  }
})

test('reading on from a position yields only what follows it', async () => {
  for (const bytes of [Buffer.from(text), gzipSync(text), zstdCompressSync(text)]) {
    const path = file('resume', bytes)
    const pieces = []
    for await (const piece of readSource(path)) pieces.push(piece)
    const from = pieces[1]?.next ?? { bytes: 0, lines: 0 }
    const rest: string[] = []
    for await (const piece of readSource(path, { from }))
      if (piece.kind === 'block') rest.push(Buffer.from(piece.bytes).toString())
    expect(rest.join('')).toBe(`${many.slice(from.lines).join('\n')}\n`)
  }
})

test.skipIf(process.platform !== 'linux')(
  'a source that is closed before it is read leaves no file open',
  async () => {
    const path = file('unread.jsonl', 'x'.repeat(200_000))
    const files = (): string[] =>
      readdirSync('/proc/self/fd').filter((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`) === path
        } catch {
          return false
        }
      })
    const source = await openSource(path)
    expect(files()).toHaveLength(1)
    await source.close()
    expect(files()).toEqual([])
  },
)
