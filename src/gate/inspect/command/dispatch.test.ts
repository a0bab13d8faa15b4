import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { commandDetectors, inspectCommand, readCommand } from './command.ts'
import { finding } from './detector.ts'
import { looksByName, marksOf, unconcerned, wordMark } from './dispatch.ts'

const isOn = () => true

test('a look that is not concerned with a name is asked about it once, and the others go on', () => {
  const asked: string[] = []
  const look = looksByName(
    ({ name }) => {
      asked.push(name)
      return name === 'zip' ? unconcerned : []
    },
    () => [finding('made-up', 'made.up', 'low', 'seen')],
  )
  const reading = readCommand('zip a b; zip c d; unzip e; unzip f')
  const seen = reading.invocations.map((invocation) => look(invocation, reading).length)
  expect(seen).toEqual([1, 1, 1, 1])
  expect(asked).toEqual(['zip', 'unzip', 'unzip'])
})

test('words have the marks of what they are, long or short, asked before or not', () => {
  const long = wordMark((word) => word.length > 64)
  const star = wordMark((word) => word.includes('*'))
  const words = ['*.txt', 'a'.repeat(65), 'plain']
  for (const _ of [1, 2]) {
    expect(marksOf(words) & (long | star)).toBe(long | star)
    expect(marksOf(['plain']) & (long | star)).toBe(0)
  }
})

test('what was asked about other commands before changes no finding', () => {
  const commands = commandDetectors.flatMap(({ name }) =>
    ['bad', 'ok'].flatMap((kind) =>
      readFileSync(new URL(`${name}/cases/${kind}.jsonl`, import.meta.url), 'utf8')
        .trim()
        .split('\n')
        .flatMap((line): unknown => JSON.parse(line).command ?? []),
    ),
  )
  const texts = commands.filter((each) => typeof each === 'string')
  const forwards = texts.map((command) => inspectCommand({ command }, isOn))
  const backwards = texts.toReversed().map((command) => inspectCommand({ command }, isOn))
  expect(texts.length).toBeGreaterThan(2_000)
  expect(backwards.toReversed()).toEqual(forwards)
})
