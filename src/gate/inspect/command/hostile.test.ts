import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inspectCommand } from './command.ts'

const SEED = 20260722
const pieces = fc.constantFrom(
  '$(',
  ')',
  '`',
  '"',
  "'",
  '\\',
  '|',
  '&&',
  ';',
  '<<E\n',
  '\nE\n',
  '{',
  '}',
  '${',
  'x=',
  'for i in',
  ' do ',
  'done',
  '<(',
  'bash -c ',
  'eval ',
  'xargs ',
  'rm -rf /',
  '$x',
  '$IFS',
  '\uE000',
  '0',
  '\uE001',
  'nc -e sh',
  '2>&1',
  '>',
  '/dev/tcp/a/1',
  'python -c ',
  '\0',
  '\ud800',
)

test('no text makes the reader throw or take long', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string({ maxLength: 8 })), { maxLength: 60 }), (parts) => {
      const began = performance.now()
      const findings = inspectCommand({ command: parts.join('') }, () => true)
      expect(findings.map((finding) => finding.fact)).not.toContain('detector-failed')
      expect(performance.now() - began).toBeLessThan(60_000)
    }),
    { seed: SEED, numRuns: 2_000 },
  )
})

test.each([
  ['a variable that doubles itself', `x=aaaaaaaa;${'x=$x$x;'.repeat(60)}echo $x`],
  ['braces that multiply', `echo ${'{a,b,c,d}'.repeat(40)}`],
  ['deep substitution', `${'$('.repeat(2_000)}id${')'.repeat(2_000)}`],
  ['deep groups', `${'('.repeat(5_000)}id${')'.repeat(5_000)}`],
  ['many pipes', `id${' | cat'.repeat(5_000)}`],
  ['loops in loops', `${'for i in 1 2 3 4 5 6 7 8; do '.repeat(12)}id${'; done'.repeat(12)}`],
  ['functions that call each other', 'a() { b; b; b; }; b() { c; c; c; }; c() { a; a; a; }; a'],
  ['a program full of openings', `python3 -c '${'socket connect exec('.repeat(4_000)}'`],
  ['a long word', `rm -rf ${'/a'.repeat(60_000)}`],
  ['many quotes', `echo ${"'a'".repeat(50_000)}`],
  ['an encoded text that decodes to itself again', `eval "$(echo ${'YQ=='.repeat(20_000)} | base64 -d)"`],
])('%s ends in bounded time', (_, command) => {
  const began = performance.now()
  inspectCommand({ command }, () => true)
  expect(performance.now() - began).toBeLessThan(60_000)
})
