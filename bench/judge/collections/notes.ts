// Notes and generators of shells, and of staying in a cloud.
import { type Collection, type Entry, type Files, filledIn } from './collection.ts'
import { blocksOf } from './scripts.ts'

export const attackNotes: readonly Collection[] = [
  {
    name: 'InternalAllTheThings',
    has: /^docs\/cheatsheets\/shell-reverse/,
    files: /^docs\/(cheatsheets\/shell-(reverse|bind)-|redteam\/persistence\/linux)/,
    read: notes,
  },
  {
    name: 'arsenal',
    has: /^arsenal\/data\/cheats\//,
    files: /\/ReverseShell\/(reverse_shell|nc)\.md$/,
    read: arsenal,
  },
  {
    name: 'revshellgen',
    has: /^revshellgen\/commands\//,
    files: /^revshellgen\/commands\//,
    read: templates,
  },
  { name: 'rsg', has: /^shells\.txt$/, files: /^shells\.txt$/, read: listed },
  {
    name: 'HackTricks',
    has: /^linux-hardening\/linux-post-exploitation\//,
    files: /^generic-methodologies-and-resources\/shells\/(linux|windows)\.md$/,
    read: shellNotes,
  },
  { name: 'OSCP notes', has: /^CONTRIBUTE\.md$/, files: /^README\.md$/, read: shellSection },
  {
    name: 'revshell',
    has: /^cmd\/revshells\.go$/,
    files: /^cmd\/revshells\.go$/,
    read: commandFields,
    isSwapped: true,
  },
  {
    name: 'HackTricks Cloud',
    has: /^pentesting-cloud\//,
    files: /^pentesting-cloud\/.*-persistence(\/|\.md|-)/,
    read: cloudNotes,
  },
]

/** In notes of shells every line is one; what listens on the attacker's own machine is not. */
const listener = /^(#|\/\/|user@|root@|use |set |msf|C:|PS |v?enum)|^\s*(ncat|nc|rlwrap)\b[^|;&]*-\w*l/i

function notes(files: Files): readonly Entry[] {
  return files.flatMap(([path, page]): readonly Entry[] => {
    if (path.includes('persistence'))
      return blocksOf(page).map((command) => ({ family: 'persistence' as const, name: path, command }))
    const lines = blocksOf(page).flatMap((block) => (block.split('\n').length > 12 ? [] : block.split('\n')))
    return lines
      .filter((line) => line.length > 24 && !listener.test(line) && /sh\b|cmd|exec|powershell/i.test(line))
      .map((line) => ({ family: 'shells' as const, name: path, command: filledIn(line), key: line }))
  })
}

function arsenal(files: Files): readonly Entry[] {
  return files.flatMap(([path, page]) =>
    blocksOf(page)
      .map((block) => block.replaceAll(/<lhost>/g, '192.0.2.7').replaceAll(/<lport[^>]*>/g, '4444'))
      .filter((command) => !listener.test(command) && /sh\b|cmd|exec/.test(command))
      .map((command) => ({ family: 'shells' as const, name: path, command })),
  )
}

function templates(files: Files): readonly Entry[] {
  return files.map(([name, text]) => ({ family: 'shells', name, command: filledIn(text) }))
}

function listed(files: Files): readonly Entry[] {
  return files.flatMap(([name, text]) =>
    text.split('\n').flatMap((line) => {
      const command = line.slice(line.indexOf('|') + 1)
      return line.includes('|') ? [{ family: 'shells' as const, name, command: filledIn(command) }] : []
    }),
  )
}

/** What listens on the attacker's own machine is no shell of the victim's; nor is a line of another program. */
const aside =
  /^(#|\/\/|\(|user@|root@|use |set |msf|C:|PS |PORT|listen|attacker)|^\s*(ncat|nc|rlwrap|socat)\b[^|;&]*-\w*l/i

function shellNotes(files: Files): readonly Entry[] {
  return files.flatMap(([name, page]) =>
    blocksOf(page)
      .filter((block) => block.split('\n').length <= 12)
      .flatMap((block) => block.split('\n'))
      .filter((line) => line.length > 24 && !aside.test(line) && /sh\b|cmd|exec|powershell/i.test(line))
      .map((command) => ({
        // Pages about Windows are mostly about bringing a program over and starting it.
        family: name.endsWith('windows.md') ? ('fetched code' as const) : ('shells' as const),
        name,
        command: filledIn(command.replace(/^(victim|attacker)> /, '')),
      })),
  )
}

/** From the heading of the reverse shells to the next of its rank. */
function shellSection(files: Files): readonly Entry[] {
  return shellNotes(
    files.map(
      ([name, page]) => [name, /^#### Reverse Shells\n([\s\S]*?)^#### /m.exec(page)?.[1] ?? ''] as const,
    ),
  )
}

/** Templates of commands as fields of Go, with places for an address, a port and a shell. */
function commandFields(files: Files): readonly Entry[] {
  return files.flatMap(([path, text]) =>
    [...text.matchAll(/Command:\s+"((?:[^"\\\n]|\\.)*)"/g)].flatMap((match) => {
      const template = (match[1] ?? '').replace(/\\(.)/g, (_, sign: string) =>
        sign === 'n' ? '\n' : sign === 't' ? '\t' : sign === 'r' ? '' : sign,
      )
      if (!template.includes('{ip}') || /^\s*(msfvenom|wget)\b/.test(template)) return []
      const command = template
        .replaceAll('{ip}', '192.0.2.7')
        .replaceAll('{port}', '4444')
        .replaceAll('{shell}', '/bin/sh')
      return [{ family: 'shells' as const, name: path, command, key: `r2${command.trim()}` }]
    }),
  )
}

const changes =
  /\b(aws|az|gcloud|gsutil|kubectl)\b.*\b(create|update|put|add|attach|modify|set|import|reset|enable|register|associate|authorize|publish|apply|patch|replace|send)\b/

/** Of the pages about staying: the blocks that change something. */
function cloudNotes(files: Files): readonly Entry[] {
  return files.flatMap(([name, page]) =>
    blocksOf(page)
      .filter((block) => changes.test(block) && !/^[{<]|^import |^def /.test(block))
      .map((block) => ({
        family: 'persistence' as const,
        name,
        command: block.replace(/<[\w. -]+>/g, 'value'),
      })),
  )
}
