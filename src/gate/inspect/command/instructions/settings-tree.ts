/** One value of a settings file, with the names that lead to it. Elements of lists have the list's own names. */
export type Setting = { readonly path: readonly string[]; readonly value: string | number | boolean }

const SETTINGS_MAX = 20_000
const NESTING_MAX = 50
const CHARACTERS_MAX = 1_048_576

/**
 * What a settings file says, as far as it can be read: JSON, JSON with comments, TOML, or a piece of one of them, for an edit
 * is told as a piece. A file that cannot be read is read pair by pair, so that one wrong comma hides nothing.
 */
export function settingsIn(path: string, text: string): readonly Setting[] {
  const plain = text.slice(0, CHARACTERS_MAX)
  if (/\.toml$/i.test(path)) return tomlSettings(plain)
  const parsed = parsedJson(plain) ?? parsedJson(withoutComments(plain))
  return parsed === undefined ? pairsIn(plain) : flat(parsed.value)
}

function parsedJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return undefined
  }
}

/** Strings stay as they are: a URL has two slashes too. */
function withoutComments(text: string): string {
  return text
    .replace(/("(?:[^"\\\n]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (_, string?: string) => string ?? '')
    .replace(/,(\s*[}\]])/g, '$1')
}

function flat(root: unknown): readonly Setting[] {
  const settings: Setting[] = []
  const walk = (value: unknown, path: readonly string[]): void => {
    if (settings.length >= SETTINGS_MAX || path.length > NESTING_MAX) return
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      settings.push({ path, value })
    else if (Array.isArray(value)) for (const each of value as readonly unknown[]) walk(each, path)
    else if (typeof value === 'object' && value !== null)
      for (const [name, each] of Object.entries(value)) walk(each, [...path, name])
  }
  walk(root, [])
  return settings
}

function pairsIn(text: string): readonly Setting[] {
  const settings: Setting[] = []
  let name = ''
  for (const [, key, string, word] of text.matchAll(
    /"((?:[^"\\\n]|\\.)*)"\s*:|"((?:[^"\\\n]|\\.)*)"|\b(true|false)\b/g,
  )) {
    if (settings.length >= SETTINGS_MAX) break
    if (key !== undefined) name = key
    else if (string !== undefined) settings.push({ path: [name], value: string })
    else settings.push({ path: [name], value: word === 'true' })
  }
  return settings
}

function tomlSettings(text: string): readonly Setting[] {
  const settings: Setting[] = []
  let section: readonly string[] = []
  for (const line of text.split('\n')) {
    if (settings.length >= SETTINGS_MAX) break
    const header = /^\s*\[+\s*([^\]]+?)\s*\]+/.exec(line)
    if (header) {
      section = (header[1] ?? '').split('.').map((part) => part.replace(/^["']|["']$/g, ''))
      continue
    }
    const pair = /^\s*"?([\w.-]+)"?\s*=\s*(.+)$/.exec(line)
    if (pair === null) continue
    const path = [...section, ...(pair[1] ?? '').split('.')]
    const rest = pair[2] ?? ''
    const strings = [...rest.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'/g)].map(
      (each) => each[1] ?? each[2] ?? '',
    )
    const word = /^(true|false)\b/.exec(rest)?.[1]
    if (word !== undefined) settings.push({ path, value: word === 'true' })
    for (const value of strings) settings.push({ path, value })
  }
  return settings
}
