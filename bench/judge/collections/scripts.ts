// Commands out of files that hold many: scripts, images, build files, notes.

/** What carries on over the end of a line, as one. */
const joined = (text: string): string => text.replace(/\\\r?\n[ \t]*/g, ' ')

/** Words that begin something longer than a line, and lines that are no commands at all. */
const noCommand =
  /^(#|[{}()]|(if|then|else|elif|fi|for|while|until|do|done|case|esac|select|function|return|exit|break|continue|local|readonly|declare|typeset|shift|set|trap|in)\b|[\w-]+\s*\(\)|[^\s]*\)\s*(;;)?$|;;|[A-Za-z_]\w*\+?=)/

/** The lines of a script that are whole commands by themselves; what stands in here-documents is left out. */
export function scriptLines(text: string): readonly string[] {
  const found: string[] = []
  let end: string | undefined
  for (const raw of joined(text).split('\n')) {
    const line = raw.trim()
    if (end !== undefined) {
      if (line === end) end = undefined
      continue
    }
    end = /<<-?\s*['"]?(\w+)['"]?/.exec(line)?.[1]
    const isOpen = /(\{|\(|\bthen|\bdo|\||&&|\\)$/.test(line) || quotes(line)
    if (line === '' || noCommand.test(line) || isOpen || end !== undefined || !/^[\w./$"~@[-]/.test(line))
      continue
    found.push(line.replace(/\s+(#.*)$/, '').replace(/;;$/, ''))
  }
  return found
}

/** Whether a quotation goes on in the next line. */
const quotes = (line: string): boolean =>
  (line.match(/(?<!\\)"/g)?.length ?? 0) % 2 === 1 || (line.match(/'/g)?.length ?? 0) % 2 === 1

/** What `RUN` gives to a shell. */
export function imageLines(text: string): readonly string[] {
  return joined(text.replace(/^\s*#.*\n/gm, ''))
    .split('\n')
    .flatMap((line) => {
      const run = /^\s*RUN\s+(?:--\S+\s+)*(.+)$/.exec(line)?.[1]
      return run === undefined || /^\[|<</.test(run) ? [] : [run]
    })
}

/** Recipes of a build file, its own variables as a shell would see them. */
export function recipeLines(text: string): readonly string[] {
  return joined(text)
    .split('\n')
    .flatMap((line) => {
      const recipe = /^\t\s*[@+-]*\s*(.+)$/.exec(line)?.[1]
      return recipe === undefined ? [] : [recipe.replace(/\$\(([A-Z_]\w*)\)/g, '$$$1').replaceAll('$$', '$')]
    })
}

const fence = /^[ \t]*```[ \t]*[\w-]*[ \t]*\n([\s\S]*?)^[ \t]*```/gm
/** The code blocks of a page. */
export const blocksOf = (page: string): readonly string[] =>
  [...page.matchAll(fence)].map((match) => (match[1] ?? '').trim())

/** Code blocks under each heading, with the headings above them. */
export function blocksByHeading(page: string): readonly (readonly [heading: string, block: string])[] {
  let heading = ''
  let block: string[] | undefined
  const found: (readonly [string, string])[] = []
  for (const line of page.split('\n')) {
    if (/^[ \t]*```/.test(line)) {
      if (block !== undefined) found.push([heading, block.join('\n').trim()])
      block = block === undefined ? [] : undefined
    } else if (block !== undefined) block.push(line)
    else if (/^#/.test(line)) heading = line
  }
  return found
}
