import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AnswerMalformed, AnswerReader } from './answer-reader.ts'

type Read = {
  readonly status: number
  readonly headers: readonly string[]
  readonly body: string
  readonly isDone: boolean
  readonly keepsAlive: boolean
}

function readIn(pieces: readonly Buffer[], closes = false): Read {
  let status = 0
  let headers: readonly string[] = []
  const bodies: Buffer[] = []
  let ends = 0
  const reader = new AnswerReader({
    onHead: (given, raw) => {
      status = given
      headers = raw
    },
    onData: (chunk) => {
      expect(chunk.length).toBeGreaterThan(0)
      bodies.push(chunk)
    },
    onEnd: () => {
      ends++
    },
  })
  for (const piece of pieces) {
    // As a connection reads: what comes next is put where this was.
    const chunk = Buffer.from(piece)
    reader.push(chunk)
    chunk.fill('#')
  }
  if (closes) reader.close()
  expect(ends).toBe(reader.isDone ? 1 : 0)
  const body = Buffer.concat(bodies).toString('latin1')
  return { status, headers, body, isDone: reader.isDone, keepsAlive: reader.keepsAlive }
}

function read(text: string, closes = false): Read {
  return readIn([Buffer.from(text, 'latin1')], closes)
}

const ok = 'HTTP/1.1 200 OK\r\n'

test('a length, chunks and a closed connection each end an answer', () => {
  expect(read(`${ok}content-length: 5\r\n\r\nhello`)).toMatchObject({
    body: 'hello',
    isDone: true,
    keepsAlive: true,
  })
  expect(read(`${ok}content-length: 0\r\n\r\n`)).toMatchObject({ body: '', isDone: true, keepsAlive: true })
  expect(
    read(`${ok}Transfer-Encoding: Chunked\r\n\r\n3;a="b"\r\nhel\r\n2\r\nlo\r\n0\r\nx-sum: 1\r\n\r\n`),
  ).toMatchObject({
    body: 'hello',
    isDone: true,
    keepsAlive: true,
  })
  expect(read(`${ok}\r\nhello`)).toMatchObject({ body: 'hello', isDone: false })
  expect(read(`${ok}\r\nhello`, true)).toMatchObject({ body: 'hello', isDone: true, keepsAlive: false })
  expect(read(`HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\nhello`)).toMatchObject({
    isDone: true,
    keepsAlive: false,
  })
  expect(read(`${ok}connection: close\r\ncontent-length: 5\r\n\r\nhello`)).toMatchObject({
    keepsAlive: false,
  })
})

test('headers come through as they were sent, without the blanks around a value', () => {
  const { headers } = read(`${ok}X-Odd:\t a  b \xa0\t\r\nx-empty:\r\nX-Odd: c\r\ncontent-length: 0\r\n\r\n`)
  expect(headers).toEqual(['X-Odd', 'a  b \xa0', 'x-empty', '', 'X-Odd', 'c', 'content-length', '0'])
})

test('answers without a body have none, whatever they say', () => {
  expect(read('HTTP/1.1 204 No Content\r\n\r\n')).toMatchObject({
    status: 204,
    isDone: true,
    keepsAlive: true,
  })
  expect(read('HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n')).toMatchObject({
    isDone: true,
    body: '',
  })
  const lied = read('HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\nhello')
  expect(lied).toMatchObject({ isDone: true, body: '', keepsAlive: false })
})

test('interim answers are passed over, within limits, and another protocol is refused', () => {
  const interim = 'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n'
  expect(read(`${interim}HTTP/1.1 100\r\n\r\n${ok}content-length: 2\r\n\r\nok`)).toMatchObject({
    status: 200,
    body: 'ok',
  })
  expect(() => read(interim.repeat(17))).toThrow(AnswerMalformed)
  expect(() => read('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n')).toThrow(AnswerMalformed)
})

test('what two readers could understand differently is no answer', () => {
  const heads = [
    ['a length beside a transfer coding', 'content-length: 5\r\ntransfer-encoding: chunked'],
    ['a transfer coding beside a length', 'transfer-encoding: chunked\r\ncontent-length: 5'],
    ['two lengths', 'content-length: 5\r\ncontent-length: 6'],
    ['the same length twice', 'content-length: 5\r\nContent-Length: 5'],
    ['a list of lengths', 'content-length: 5, 5'],
    ['a length with a sign', 'content-length: +5'],
    ['a negative length', 'content-length: -5'],
    ['a length in another base', 'content-length: 0x5'],
    ['no length in its place', 'content-length:'],
    ['a length beyond numbers', 'content-length: 99999999999999999999'],
    ['two transfer codings', 'transfer-encoding: chunked\r\ntransfer-encoding: chunked'],
    ['an unknown transfer coding', 'transfer-encoding: gzip, chunked'],
    ['a transfer coding that is nearly right', 'transfer-encoding: xchunked'],
    ['a transfer coding with a tail', 'transfer-encoding: chunked;q=1'],
    ['a folded line', 'x-a: b\r\n c: d'],
    ['a fold that hides a length', 'x-a: b\r\n\tcontent-length: 5'],
    ['a space before the colon', 'content-length : 5'],
    ['a name with a space in it', 'x a: b'],
    ['no colon', 'x-a'],
    ['no name', ': b'],
    ['a line end of one character', 'x-a: b\ncontent-length: 5'],
    ['a return alone', 'x-a: b\rcontent-length: 5'],
    ['a zero byte', 'x-a: b\0'],
  ]
  for (const [name, head] of heads) {
    const tried = (): unknown => read(`${ok}${head}\r\n\r\nhello`)
    expect(tried, name).toThrow(AnswerMalformed)
  }
  for (const start of [
    'HTTP/2 200 OK',
    'HTTP/1.1  200 OK',
    'HTTP/1.1 20 OK',
    'HTTP/1.1 2000 OK',
    'HTTP/1.1 099 x',
    'ICY 200 OK',
    ' HTTP/1.1 200 OK',
  ])
    expect(() => read(`${start}\r\ncontent-length: 0\r\n\r\n`), start).toThrow(AnswerMalformed)
  expect(() => read('HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n')).toThrow(
    AnswerMalformed,
  )
  expect(() => read('HTTP/1.1 200 OK\ncontent-length: 0\n\n')).toThrow(AnswerMalformed)
})

test('chunks are read to the letter', () => {
  const bodies = [
    ['no size', '\r\nhello\r\n0\r\n\r\n'],
    ['a size with a sign', '+5\r\nhello\r\n0\r\n\r\n'],
    ['a size with a prefix', '0x5\r\nhello\r\n0\r\n\r\n'],
    ['a space behind the size', '5 \r\nhello\r\n0\r\n\r\n'],
    ['a line end of one character', '5\nhello\r\n0\r\n\r\n'],
    ['a chunk longer than it says', '4\r\nhello\r\n0\r\n\r\n'],
    ['a chunk shorter than it says', '6\r\nhello\r\n0\r\n\r\n'],
    ['a size beyond numbers', 'fffffffff\r\nhello\r\n0\r\n\r\n'],
    ['a zero byte in an extension', '5;\0\r\nhello\r\n0\r\n\r\n'],
    ['an extension without end', `5;${'a'.repeat(300)}\r\nhello\r\n0\r\n\r\n`],
    ['trailers without end', `0\r\n${'x-a: b\r\n'.repeat(5_000)}\r\n`],
    ['a line feed in a trailer', '0\r\nx-a: b\nx-c: d\r\n\r\n'],
  ]
  for (const [name, body] of bodies)
    expect(() => read(`${ok}transfer-encoding: chunked\r\n\r\n${body}`, true), name).toThrow(AnswerMalformed)
})

test('an answer that ends too early is none, and one that goes on spoils its connection', () => {
  expect(() => read(`${ok}content-length: 9\r\n\r\nhello`, true)).toThrow(AnswerMalformed)
  expect(() => read(`${ok}transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n`, true)).toThrow(AnswerMalformed)
  expect(() => read(`${ok}x-a: `, true)).toThrow(AnswerMalformed)
  expect(() => read('', true)).toThrow(AnswerMalformed)
  const second = `${ok}content-length: 4\r\n\r\nevil`
  expect(read(`${ok}content-length: 5\r\n\r\nhello${second}`)).toMatchObject({
    body: 'hello',
    keepsAlive: false,
  })
})

test('a head is bounded in bytes and in headers', () => {
  expect(() => read(`${ok}${'x-filler: aaaaaaaaaaaaaaaa\r\n'.repeat(2_000)}`)).toThrow(AnswerMalformed)
  expect(() => read(`${ok}${'a:b\r\n'.repeat(300)}\r\n`)).toThrow(AnswerMalformed)
  expect(() => read('x'.repeat(10))).toThrow(AnswerMalformed)
})

test('however an answer is cut on its way, it is the same answer', () => {
  const answers = [
    `HTTP/1.1 100\r\n\r\n${ok}content-type: text/plain\r\ncontent-length: 11\r\n\r\nhello world`,
    `${ok}transfer-encoding: chunked\r\n\r\n3;a=b\r\nhel\r\n8\r\nlo world\r\n0\r\nx-a: b\r\nx-c: d\r\n\r\n`,
    'HTTP/1.1 204 No Content\r\nx-a: b\r\n\r\n',
  ]
  const cases = fc.tuple(fc.constantFrom(...answers), fc.array(fc.nat(140), { maxLength: 12 }))
  fc.assert(
    fc.property(cases, ([answer, cuts]) => {
      const bytes = Buffer.from(answer, 'latin1')
      const at = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length]
      const pieces = at.slice(1).map((end, index) => bytes.subarray(at[index], end))
      expect(readIn(pieces)).toEqual(readIn([bytes]))
    }),
    { seed: 7, numRuns: 300 },
  )
  const each = Buffer.from(answers[1] ?? '', 'latin1')
  expect(readIn([...each].map((byte) => Buffer.of(byte)))).toEqual(readIn([each]))
})

test('whatever an upstream sends, reading it ends in an answer or in a refusal', () => {
  const word = fc.constantFrom(
    'HTTP/1.1 200 OK',
    '\r\n',
    '\n',
    '\r',
    'content-length: 3',
    'transfer-encoding: chunked',
    ':',
    ' ',
    '3',
    '0',
    'abc',
    ';',
    '\0',
    '\xff',
  )
  fc.assert(
    fc.property(fc.array(word, { maxLength: 24 }), (words) => {
      try {
        readIn(
          words.map((text) => Buffer.from(text, 'latin1')),
          true,
        )
      } catch (error) {
        expect(error).toBeInstanceOf(AnswerMalformed)
      }
    }),
    { seed: 11, numRuns: 2_000 },
  )
})

test('an answer on a used connection is read as on a new one, whatever heads came before it', () => {
  const answers = [
    `${ok}content-length: 5\r\nx-a: 1\r\n\r\nhello`,
    `${ok}content-length: 5\r\nx-a: 1\r\n\r\nHTTP/`,
    `${ok}content-length: 5\r\nx-a: 2\r\n\r\nhello`,
    `${ok}content-length: 3\r\nx-a: 1\r\n\r\nhel`,
    'HTTP/1.1 400 OK\r\ncontent-length: 5\r\nx-a: 1\r\n\r\nhello',
    `HTTP/1.1 100\r\n\r\n${ok}content-length: 5\r\nx-a: 1\r\n\r\nhello`,
    `${ok}content-length: 5\r\nconnection: close\r\n\r\nhello`,
    `${ok}transfer-encoding: chunked\r\nx-a: 1\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
    `${ok}content-length: 0\r\n\r\n`,
  ]
  const step = fc.tuple(fc.constantFrom(...answers), fc.array(fc.nat(80), { maxLength: 2 }))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let got: { status: number; headers: readonly string[]; body: string; ends: number } | undefined
      const reader = new AnswerReader({
        onHead: (status, headers) => {
          got = { status, headers, body: '', ends: 0 }
        },
        onData: (chunk) => {
          if (got) got.body += chunk.toString('latin1')
        },
        onEnd: () => {
          if (got) got.ends++
        },
      })
      for (const [answer, cuts] of steps) {
        const bytes = Buffer.from(answer, 'latin1')
        const at = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length]
        reader.reset()
        for (const [index, end] of at.slice(1).entries()) {
          const piece = Buffer.from(bytes.subarray(at[index], end))
          if (piece.length > 0) reader.push(piece)
          piece.fill('#')
        }
        const { status, headers, body, keepsAlive } = read(answer)
        expect(got).toEqual({ status, headers, body, ends: 1 })
        expect(reader.keepsAlive).toBe(keepsAlive)
      }
    }),
    { seed: 13, numRuns: 300 },
  )
})

test('of heads that are always others one is kept now and then, and of those that repeat themselves none is lost', () => {
  const seen: string[] = []
  const reader = new AnswerReader({
    onHead: (_, headers) => seen.push(headers.join(' ')),
    onData: () => {},
    onEnd: () => {},
  })
  const ask = (name: string): void => {
    reader.reset()
    reader.push(Buffer.from(`${ok}x-id: ${name}\r\ncontent-length: 0\r\n\r\n`))
  }
  const names = Array.from({ length: 300 }, (_, at) => (at < 200 ? `n${at}` : `n${at - (at % 5)}`))
  for (const name of names) ask(name)
  expect(seen).toEqual(names.map((name) => `x-id ${name} content-length 0`))
})
