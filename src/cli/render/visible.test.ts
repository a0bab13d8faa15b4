import fc from 'fast-check'
import { expect, test } from 'vitest'
import { visible } from '../../kernel/visible.ts'
import { cut, padded, widthOf, wrapped } from './visible.ts'

const anyText = fc.string({ unit: 'binary', maxLength: 80 })

test('an escape sequence is shown, not obeyed', () => {
  expect(visible('\u001b[2J\u001b]0;owned\u0007')).toBe('␛[2J␛]0;owned␇')
})

test('bidirectional controls, joiners, tags and selectors are shown by number', () => {
  expect(visible('a\u202eb')).toBe('a⟨U+202E⟩b')
  expect(visible('a\u200db')).toBe('a⟨U+200D⟩b')
  expect(visible('\u{e0041}')).toBe('⟨U+E0041⟩')
  expect(visible('x\ufe0f')).toBe('x⟨U+FE0F⟩')
})

test('a line break and a tab become marks, so that nobody draws over the next line', () => {
  expect(visible('a\r\nb\tc\rd')).toBe('a⏎b⇥c␍d')
})

test('stacked marks cannot climb over other lines', () => {
  expect(visible(`a${'\u0301'.repeat(30)}`)).toBe('a\u0301\u0301')
})

test('ordinary text in any script stays as it is', () => {
  for (const text of ['naïve café', '你好，世界', 'Привет', 'שלום', 'नमस्ते', '日本語', '👋'])
    expect(visible(text)).toBe(text)
})

test('nothing that a terminal obeys survives, and making it visible twice changes nothing', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const shown = visible(text)
      expect(shown).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069\u200b-\u200f]/u)
      expect(visible(shown)).toBe(shown)
    }),
    { seed: 7, numRuns: 400 },
  )
})

test('cutting keeps within the width and leaves short text alone', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 1, max: 40 }), (text, cells) => {
      const shown = visible(text)
      const short = cut(shown, cells)
      expect(widthOf(short)).toBeLessThanOrEqual(cells)
      if (widthOf(shown) <= cells) expect(short).toBe(shown)
    }),
    { seed: 7, numRuns: 300 },
  )
})

test('wide characters take two cells and are never halved', () => {
  expect(widthOf('你好')).toBe(4)
  expect(cut('你好世界', 4)).toBe('你…')
  expect(padded('你', 4)).toBe('你  ')
  expect(padded('7', 3, 'right')).toBe('  7')
})

test('wrapping loses no word and no line is too wide', () => {
  fc.assert(
    fc.property(fc.lorem({ maxCount: 30 }), fc.integer({ min: 4, max: 60 }), (text, cells) => {
      const lines = wrapped(text, cells)
      for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(cells)
      expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(/\s/g, ''))
    }),
    { seed: 7, numRuns: 200 },
  )
})

test('a number and its sign of a share stay on one line', () => {
  expect(wrapped('they differ by 30–60 % at most', 20)).toEqual(['they differ by', '30–60 % at most'])
})
