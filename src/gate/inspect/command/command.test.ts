import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { severityRank } from '../../finding.ts'
import { commandDetectors, inspectCommand, inspectWrite } from './command.ts'

/** A command, or a file about to be written. */
type Case = {
  readonly command?: string
  readonly write?: { readonly path: string; readonly text: string }
  readonly facts?: readonly string[]
}

function casesOf(detector: string, kind: 'bad' | 'ok'): readonly Case[] {
  const file = new URL(`./${detector}/cases/${kind}.jsonl`, import.meta.url)
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

/** Facts of one detector that a policy could act on. */
function factsOf({ command = '', write }: Case, detector: string): readonly string[] {
  const isOn = (name: string) => name === detector
  return (write === undefined ? inspectCommand({ command }, isOn) : inspectWrite(write, isOn))
    .filter((finding) => severityRank(finding.severity) >= severityRank('medium'))
    .map((finding) => finding.fact)
}

describe.each(commandDetectors.map((detector) => detector.name))('%s', (detector) => {
  test.each(casesOf(detector, 'bad'))('sees $command $write.text', (each) => {
    expect(factsOf(each, detector)).toEqual(each.facts)
  })

  test.each(casesOf(detector, 'ok'))('stays quiet about $command $write.text', (each) => {
    expect(factsOf(each, detector)).toEqual([])
  })
})

test('every near miss of one detector is a near miss of remote-shell too', () => {
  const quiet = commandDetectors.flatMap((detector) => casesOf(detector.name, 'ok'))
  expect(quiet.filter((each) => factsOf(each, 'remote-shell').length > 0)).toEqual([])
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
