import type { WindowsStatement } from '../windows/statements.ts'

/** Told so by an option, with an address or a port: `-Reverse -IPAddress … -Port …`, `-Bind -Port …`. */
export function toldByName(args: readonly string[]): boolean {
  const says = (option: RegExp) => args.some((arg) => option.test(arg))
  return (
    (says(/^-reverse$/i) && says(/^-(ip\w*|[lr]?host\w*)$/i) && says(/^-[lr]?port$/i)) ||
    (says(/^-bind$/i) && says(/^-[lr]?port$/i))
  )
}

const fetches =
  /^(curl|wget|iwr|irm|invoke-webrequest|invoke-restmethod|certutil|bitsadmin|start-bitstransfer)$/
const answers = / (-d|--data\S*|-f|--form\S*|-t|--upload-file|--json|-infile|-body)( |$)| -(x|method) post\b/
const turns = /^(for \\l |while\b|goto\b|do\b)|\bfor \\l /

/** `for /l … (curl … > c.bat & c.bat > o & curl -d @o …)`: what is fetched into a file is run, and answered. */
export function obeyedByWeb(statements: readonly WindowsStatement[]): boolean {
  const first = statements.findIndex(({ name }) => fetches.test(name))
  if (first < 0 || !statements.some(({ whole }) => turns.test(whole))) return false
  const saved = new Set<string>()
  let isRun = false
  for (const { name, args, line } of statements) {
    if (isRun && fetches.test(name) && answers.test(line)) return true
    if (fetches.test(name)) {
      const at = args.findIndex((arg) => /^(>|-o|-OutFile|--output)$/i.test(arg))
      if (at >= 0) saved.add(stem(args[at + 1] ?? ''))
    } else if (saved.has(stem(name)) || (name === 'if' && args.some((arg) => saved.has(stem(arg)))))
      isRun = true
  }
  return false
}

const stem = (path: string) =>
  (path.split(/[\\/]/).at(-1) ?? '').toLowerCase().replace(/\.(bat|cmd|ps1|exe)$/, '')
