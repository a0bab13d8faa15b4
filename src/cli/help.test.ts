import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { expect, test } from 'vitest'
import { commands } from './commands.ts'
import { run } from './run.ts'

async function helpOn(argv: readonly string[], columns?: number): Promise<string> {
  const stdout = Object.assign(new PassThrough(), columns === undefined ? {} : { isTTY: true, columns })
  const code = await run(commands, argv, {
    ...{ stdin: new PassThrough(), stdout, stderr: new PassThrough(), env: { NO_COLOR: '1' }, cwd: '/' },
    ...{ signal: new AbortController().signal, now: Date.now },
  })
  stdout.end()
  expect(code).toBe(0)
  return String(await buffer(stdout))
}

/** Examples are pasted: they stay on one line, however long it is. */
function prose(help: string): string[] {
  return (help.split('\nExamples\n')[0] ?? '').split('\n')
}

test('help fits 80 columns where nothing is known of the terminal, and a narrow terminal where it is known', async () => {
  for (const argv of [['--help'], ...commands.map(({ name }) => [name, '--help'])]) {
    const tooLong = (help: string, columns: number) =>
      prose(help).filter((line) => [...line].length > columns)
    expect(tooLong(await helpOn(argv), 80)).toEqual([])
    expect(tooLong(await helpOn(argv, 60), 60)).toEqual([])
  }
})

test('the overview names every command once, under its heading', async () => {
  const help = await helpOn(['--help'])
  for (const { name, group } of commands) {
    expect(help.match(new RegExp(`^  ${name} `, 'gm'))).toHaveLength(1)
    expect(help).toContain(`\n${group}\n`)
  }
})

test('an option that is on by default is shown as what switches it off', async () => {
  const help = await helpOn(['import', '--help'])
  expect(help).toContain('--no-text')
  expect(help).not.toMatch(/ --text/)
})

/** The command lines of ours in a line of shell: what follows `portcullis`, up to the next operator. */
function callsIn(line: string): readonly (readonly string[])[] {
  const words = [...line.matchAll(/"[^"]*"|'[^']*'|<\(|\)|[^\s()]+/g)].map(([word]) => word)
  return words.flatMap((word, at) => {
    if (word !== 'portcullis') return []
    const end = words.findIndex((each, index) => index > at && /^(?:[|<>;)]|&&|>>|<\()$/.test(each))
    return [words.slice(at + 1, end < 0 ? undefined : end)]
  })
}

test('every example of the help is a command line that its command takes', async () => {
  let count = 0
  for (const { load } of commands)
    for (const [line] of (await load()).examples) {
      const calls = callsIn(line)
      expect(calls.length, line).toBeGreaterThan(0)
      for (const [verb, ...args] of calls) {
        const own = await commands.find(({ name }) => name === verb)?.load()
        const parsed = parseArgs({ args, options: own?.options, allowPositionals: true, allowNegative: true })
        expect(parsed.positionals.length, line).toBeLessThanOrEqual(own?.wordsMax ?? -1)
        count++
      }
    }
  expect(count).toBeGreaterThan(60)
})
