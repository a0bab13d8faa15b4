import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
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
