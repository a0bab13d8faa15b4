import type { Finding } from '../../../finding.ts'
import { finding, shown } from '../detector.ts'
import type { Invocation } from '../shell/model.ts'

const NAME = 'remote-code'

/** A share of another machine, its first backslash perhaps taken away by a shell; or an address. */
const elsewhere = /^(?:[-/]\w+:)?(?:\\{1,2}[\w.-]+(?:@\w+)?\\[^\\]|(?:script:)?(?:https?|ftp):\/\/)/i
const inline = /^(?:vbscript|javascript|about):/i

/** Programs of Windows that run what they are pointed at, wherever it is (LOLBAS): how they are told, none means any word. */
const runners: Readonly<Record<string, RegExp>> = {
  msiexec: elsewhere,
  mshta: new RegExp(`${elsewhere.source}|${inline.source}`, 'i'),
  regsvr32: elsewhere,
  rundll32: new RegExp(`${elsewhere.source}|${inline.source}`, 'i'),
  wmic: /^[-/]format:"?https?:/i,
  cscript: elsewhere,
  wscript: elsewhere,
  powershell: elsewhere,
  pwsh: elsewhere,
  msbuild: elsewhere,
  installutil: elsewhere,
  regasm: elsewhere,
  odbcconf: elsewhere,
  hh: elsewhere,
}

/** And those that bring a file over. */
const fetchers: Readonly<Record<string, RegExp>> = {
  certutil: /^[-/](urlcache|verifyctl|ping)$/i,
  bitsadmin: /^[-/](transfer|addfile)$/i,
  'start-bitstransfer': /./,
  desktopimgdownldr: /./,
}

const concerned = new Set([...Object.keys(runners), ...Object.keys(fetchers)])
const none: readonly Finding[] = []

const keyOf = (name: string) => (/[A-Z]/.test(name) ? name.toLowerCase() : name)

export const isOfWindows = (name: string): boolean => concerned.has(keyOf(name))

export function byWindows({ name, args }: Invocation): readonly Finding[] {
  const key = keyOf(name)
  if (!concerned.has(key)) return none
  const runner = Object.hasOwn(runners, key) ? runners[key] : undefined
  if (runner !== undefined) {
    const word = args.find((arg) => runner.test(arg))
    return word === undefined
      ? []
      : [finding(NAME, 'code.fetched-suspect', 'critical', `${shown(name)} runs ${shown(word)}`)]
  }
  const fetcher = fetchers[key]
  return fetcher !== undefined &&
    args.some((arg) => fetcher.test(arg)) &&
    args.some((arg) => /:\/\//.test(arg))
    ? [finding(NAME, 'code.fetched', 'medium', `${shown(name)} brings a file over`)]
    : []
}
