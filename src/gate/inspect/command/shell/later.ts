import { plainPath } from '../plain-path.ts'
import { handedMarks } from '../shell-marks.ts'
import { startLines } from './escapes.ts'
import { fieldTexts, handedTexts } from './handed.ts'
import { hasMarker, type Invocation } from './model.ts'
import type { ScriptReader } from './reader.ts'
import { deeper, type Place, type Scope, startOf } from './scope.ts'

// What a file that was written would run later: at a start of the machine, of a shell, by a clock or for a visitor.

const laterRun =
  /(^|\/)\.(bashrc|bash_profile|bash_login|bash_logout|profile|zshrc|zshenv|zprofile|zlogin|kshrc|cshrc|xinitrc|xprofile)$|^\/etc\/(profile|bash\.bashrc|rc\.local|zsh)|profile\.d\/|init\.d\/|update-motd\.d\/|\/cron\.(?:hourly|daily|weekly|monthly)\//
const cronFile = /(^|\/)(crontab$|cron\.d\/|crontabs?\/|cron\/)/

/** Remembers what this command wrote, and reads what will be run later because of it. */
export function noteWrites(
  reader: ScriptReader,
  by: Invocation | undefined,
  printed: string | undefined,
  scope: Scope,
  place: Place,
): void {
  if (place.redirections.length === 0 && by?.name !== 'tee' && by?.name !== 'dd') return
  const paths = new Map<string, boolean>()
  for (const { direction, endpoint } of place.redirections)
    if (direction !== 'read' && endpoint.kind === 'file') paths.set(endpoint.path, direction === 'append')
  if (by?.name === 'tee') {
    const isAppended = by.args.includes('-a') || by.args.includes('--append')
    for (const arg of by.args) if (!arg.startsWith('-')) paths.set(arg, isAppended)
  }
  const copy = by?.name === 'dd' ? by.args.find((arg) => arg.startsWith('of=')) : undefined
  if (copy !== undefined && place.input !== undefined) paths.set(copy.slice(3), false)
  const text = by?.name === 'tee' || copy !== undefined ? place.input : printed
  for (const [path, isAppended] of paths) {
    if (path === '/dev/null') continue
    reader.reading.writes.push({ path: plainPath(path), text, isAppended, by })
    if (text === undefined || hasMarker(path)) continue
    scope.files.set(path, isAppended ? (scope.files.get(path) ?? '') + text : text)
    if (scope.depth > 6) continue
    readLater(reader, path, text, scope)
  }
}

/** What a start of the machine, of a shell or of a clock would run out of this file. */
export function readLater(reader: ScriptReader, path: string, text: string, scope: Scope): void {
  if (laterRun.test(path)) reader.script(text, deeper(scope), startOf())
  else if (cronFile.test(path)) runCron(reader, text, scope)
  else if (/\.git\/hooks\//.test(path)) reader.script(text, deeper(scope), startOf())
  else for (const line of startLines(path, text)) reader.script(line, deeper(scope), startOf())
  if (settings.test(path) && !notes.test(path) && handedMarks.test(text))
    readSettings(reader, path, text, scope)
  if (webPage.test(path) && text.length > 5)
    reader.program({ language: 'php', code: text, by: undefined, decoding: [] }, deeper(scope), startOf())
}

/** Settings of services, builders and containers; rules and notes about such lines are none. */
const settings =
  /(?:\.(?:ya?ml|json|toml|ini|conf|cfg|tf|hcl|plist|service|socket|timer|gradle|rules|desktop|properties|xml)|(?:^|\/)(?:Jenkinsfile|justfile|Makefile|Vagrantfile|Procfile|user-data|authorized_keys\d?|[\d\w]*run|\w*rc))$|^\/etc\//
const lists = /\.(?:ya?ml|json|toml|xml)$/
const notes =
  /(?:^|\/)(?:rules?|detections?|sigma|falco|yara|docs?|tests?|fixtures|cases|spec)\/|(?:^|\/)[\w-]*(?:rules?|detections?|signatures?)\.\w+$/

/** Commands for a shell that stand in settings, in a line, a field or a list. */
function readSettings(reader: ScriptReader, path: string, text: string, scope: Scope): void {
  const plain = path.endsWith('.plist')
    ? text
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&amp;', '&')
        .replace(/<\/?\w+>/g, '\n')
    : text
  // Of lists of anything, only the fields that some program runs.
  if (!lists.test(path))
    for (const each of handedTexts('', [], plain))
      if (each.kind === 'shell') reader.script(each.text, deeper(scope), startOf())
  for (const each of fieldTexts(plain)) reader.script(each, deeper(scope), startOf())
}

/** What a web server runs for whoever asks. */
const webPage = /\.(php\d?|phtml|jspx?|aspx?)$/i

export function runCron(reader: ScriptReader, text: string, scope: Scope): void {
  for (const line of text.split('\n')) {
    const match =
      /^\s*(?:@\w+|(?:\S+\s+){5})(?:(?:root|www-data|nobody)\s+|\w+\s+(?=\S*\/|bash|sh|curl|nc))?(.+)$/.exec(
        line,
      )
    if (match?.[1] !== undefined && !line.trimStart().startsWith('#'))
      reader.script(match[1], deeper(scope), startOf())
  }
}
