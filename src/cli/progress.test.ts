import { expect, test } from 'vitest'
import { counted, lasting, progressLine, progressText } from './progress.ts'

function screen(isTTY: boolean) {
  const written: string[] = []
  let time = 0
  const stderr = { isTTY, columns: 60, write: (text: string) => written.push(text) > 0 }
  return {
    written,
    console: { stdout: stderr as never, stderr: stderr as never, now: () => time },
    wait: (ms: number) => {
      time += ms
    },
  }
}

test('a terminal sees one line that is redrawn, cut to its width', () => {
  const { written, console, wait } = screen(true)
  const progress = progressLine(console, { label: 'reading', unit: 'exchanges', total: 1_000_000 })
  progress.update(1)
  wait(500)
  progress.update(500_000, 'a note that is far too long for sixty columns of text')
  expect(written).toHaveLength(2)
  for (const text of written) {
    expect(text).toMatch(/^\r[^\n]*\u001b\[K$/)
    expect(text.length).toBeLessThanOrEqual(60 - 1 + 4)
  }
  progress.done(1_000_000)
  expect(written.at(-1)).toMatch(/\n$/)
})

test('a terminal is not redrawn more than ten times a second', () => {
  const { written, console, wait } = screen(true)
  const progress = progressLine(console, { label: 'reading', unit: 'lines' })
  for (let done = 0; done < 1000; done++) {
    progress.update(done)
    wait(1)
  }
  expect(written.length).toBeLessThanOrEqual(11)
})

test('a log gets a line every five seconds and no control characters', () => {
  const { written, console, wait } = screen(false)
  const progress = progressLine(console, { label: 'reading', unit: 'lines' })
  for (let done = 0; done < 120; done++) {
    wait(100)
    progress.update(done)
  }
  progress.done(120)
  expect(written).toHaveLength(3)
  expect(written.join('')).not.toMatch(/[\r\u001b]/)
})

test('the text has share, rate and the time left', () => {
  expect(progressText({ label: 'reading', unit: 'lines', total: 200 }, 50, 10_000)).toBe(
    'reading █████░░░░░░░░░░░░░░░ 25 % · 50 lines · 5/s · 30 s left',
  )
})

test('counts and durations are for people', () => {
  expect(counted(1234567.4)).toBe('1,234,567')
  expect([4.23, 42, 200, 7500].map(lasting)).toEqual(['4.2 s', '42 s', '3 min 20 s', '2 h 5 min'])
})
