import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { severityRank } from '../../finding.ts'
import { commandDetectors, inspectCommand } from './command.ts'

type Case = { readonly command: string; readonly facts?: readonly string[] }

function casesOf(detector: string, kind: 'bad' | 'ok'): readonly Case[] {
  const file = new URL(`./${detector}/cases/${kind}.jsonl`, import.meta.url)
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

/** Facts of one detector that a policy could act on. */
function factsOf(command: string, detector: string): readonly string[] {
  return inspectCommand({ command }, (name) => name === detector)
    .filter((finding) => severityRank(finding.severity) >= severityRank('medium'))
    .map((finding) => finding.fact)
}

describe.each(commandDetectors.map((detector) => detector.name))('%s', (detector) => {
  test.each(casesOf(detector, 'bad'))('sees $command', ({ command, facts }) => {
    expect(factsOf(command, detector)).toEqual(facts)
  })

  test.each(casesOf(detector, 'ok'))('stays quiet about $command', ({ command }) => {
    expect(factsOf(command, detector)).toEqual([])
  })
})

test('every near miss of one detector is a near miss of remote-shell too', () => {
  const quiet = commandDetectors.flatMap((detector) => casesOf(detector.name, 'ok'))
  expect(quiet.filter(({ command }) => factsOf(command, 'remote-shell').length > 0)).toEqual([])
})

test('a text too deep to be read is a finding of its own', () => {
  const nested = (depth: number): string =>
    depth === 0 ? 'id' : `eval "$(echo ${Buffer.from(nested(depth - 1)).toString('base64')} | base64 -d)"`
  expect(inspectCommand({ command: nested(3) }, () => true).map((finding) => finding.fact)).not.toContain(
    'shell.unread',
  )
  expect(inspectCommand({ command: nested(14) }, () => true).map((finding) => finding.fact)).toContain(
    'shell.unread',
  )
})

test('a switched-off detector says nothing', () => {
  expect(inspectCommand({ command: 'rm -rf /' }, (name) => name !== 'destruction')).toEqual([])
})
