// What a program of another language is given from outside, and runs: its words, what is set for it, its input.

/** Takes words, variables or what it reads: most programs name none of these. */
const takes = /arg|env|ARG|ENV|stdin|STDIN|std_in|<>|\bgets\b|ARGF|input\s*\(|\bshift\b|\$0|getline|\$_/

const words = /\b(?:arg[vc]?s?|ARGV|ARGF|sys\.argv|commandArgs|shift|args)\b|\$ARGV|@ARGV/
const variable = /\b(?:ENVIRON|environ|getenv|env|ENV|fetch|get)\W{1,4}(\w+)/g
const input =
  /\bstdin\b|\bSTDIN\b|<>|\bgets\b|\bARGF\b|\binput\s*\(|php:\/\/stdin|\/dev\/stdin|readFileSync\s*\(\s*0|\breadline\s*\(|\bReadLine\s*\(/
const VALUES_MAX = 8

/** Values that a program which runs something may run: each as the text of a command. */
export function givenTo(
  language: string,
  code: string,
  args: readonly string[],
  variables: ReadonlyMap<string, string>,
  sent: string | undefined,
): readonly string[] {
  if (language !== 'awk' && !takes.test(code)) return none
  const texts: string[] = []
  if (words.test(code)) texts.push(...args.filter((arg) => arg !== code))
  if (language === 'awk')
    for (const [at, arg] of args.entries())
      if (/^(?:-v|--assign)$/.test(args[at - 1] ?? '') || /^-v\w+=/.test(arg))
        texts.push(arg.slice(arg.indexOf('=') + 1))
  for (const [, name = ''] of code.matchAll(variable)) {
    const value = variables.get(name)
    if (value !== undefined) texts.push(value)
  }
  if (sent !== undefined && (input.test(code) || obeysInput(language, code))) texts.push(sent)
  return texts.filter((text) => /\s/.test(text)).slice(0, VALUES_MAX)
}

const none: readonly string[] = []

/** Each line that it reads is run: `awk '{system($0)}'`, `perl -ne 'system'`, `sed e`. */
export function obeysInput(language: string, code: string): boolean {
  if (language === 'awk') return /\bsystem\s*\(\s*[^")\s]|(?:[\w$\])]|^)\s*\|&?\s*getline/.test(code)
  if (language === 'perl')
    return (
      /(?:\b(?:system|exec|qx)\b|`)\s*(?:[({]?\s*(?:\$_|<|@F|\$l)|[;}]|$)/.test(code) ||
      /\bqx?\s*\W?\$/.test(code)
    )
  return input.test(code) && language !== 'sqlite'
}

/** `sed e`, `sed 's/x/y/e'`: GNU sed runs what it has read. */
export const sedObeys = (args: readonly string[]): boolean =>
  args.some((arg) => /^(?:\d*,?\$?\d*)?e$|^s([/|#,:@!]).*\1.*\1[gpIim\d]*e/.test(arg))
