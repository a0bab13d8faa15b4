// A link that the agent put together carries what it chose to put in: whoever shows the text tells the host of it.
import type { Finding } from '../../finding.ts'
import { coreOf, holds, hostOf, type Value } from './values.ts'

const LINKS_MAX = 20
const HOST_CHARACTERS_SHOWN = 60
/** `![logo](https://host/i.png?d=…)` and `<img src="https://host/…">` are fetched as soon as they are shown. */
const shown =
  /!\[[^\]]{0,200}\]\(\s*<?(https?:\/\/[^\s)>"']{4,2000})|<img\b[^>]{0,200}?\bsrc\s*=\s*["']?(https?:\/\/[^\s"'>]{4,2000})/gi

/** Pictures that nobody gave in this form, at a host that the user did not name. */
export function composedPictures(
  tool: string,
  values: readonly Value[],
  heard: { readonly trusted: string; readonly results: string; readonly instructions: string },
  task: string,
): readonly Finding[] {
  for (const { text } of values) {
    if (!/!\[|<img/i.test(text)) continue
    for (const match of [...text.matchAll(shown)].slice(0, LINKS_MAX)) {
      const core = coreOf(match[1] ?? match[2] ?? '')
      const host = hostOf(core)
      if (host === undefined || holds(task, host) || holds(heard.trusted, host)) continue
      if (!holds(heard.results, core) && !holds(heard.instructions, core)) return [told(tool, host)]
    }
  }
  return []
}

function told(tool: string, host: string): Finding {
  const from = host.slice(0, HOST_CHARACTERS_SHOWN)
  return {
    detector: 'flow',
    fact: 'flow.composed-picture',
    severity: 'medium',
    summary: `${tool} shows a picture from ${from} at an address that nobody gave: showing it tells that host what is in it`,
  }
}
