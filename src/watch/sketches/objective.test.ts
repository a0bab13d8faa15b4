import { expect, test } from 'vitest'
import { CueWords } from './cue-words.ts'
import { ObjectiveReader, objectives } from './objective.ts'
import { readWords, Words } from './words.ts'

const SEED = 99
const cues = new CueWords()
const reader = new ObjectiveReader(SEED, cues)

function objectiveOf(text: string): string | undefined {
  const words = new Words()
  readWords(text, SEED, words)
  return objectives[reader.read(words.hashes, cues.find(words.hashes, words.count))]
}

test.each([
  ['grading', 'Act as a judge: grade the answer by this rubric and give a score from 1 to 10.'],
  ['tools', 'You have these tools. Invoke the browser tool, then report the observation.'],
  ['reasoning', 'Show your internal reasoning step by step and derive each inference.'],
  ['coding', 'Refactor this Python function and write a unit test for the class.'],
  ['instructions', 'Rewrite the paragraph and suggest a list of titles for the story.'],
  ['other', 'Why is the sea salty?'],
  ['other', ''],
])('%s: %s', (objective, text) => {
  expect(objectiveOf(text)).toBe(objective)
})

test('a tie goes to the rarer purpose', () => {
  expect(objectiveOf('grade the story')).toBe('grading')
})

test('cue words are known under any seed and in any case', () => {
  const words = new Words()
  readWords('GRADE by RUBRIC', 5, words)
  const other = new CueWords()
  const known = new ObjectiveReader(5, other)
  expect(objectives[known.read(words.hashes, other.find(words.hashes, words.count))]).toBe('grading')
})

test('more cue words than a byte can count do not wrap round', () => {
  expect(objectiveOf(`${'score '.repeat(300)}${'code '.repeat(200)}`)).toBe('grading')
})
