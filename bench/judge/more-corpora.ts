// The second dozen of collections: none of their lines was seen before the first half of each was read.
import type { Collection, Entry, Family, Files } from './corpora.ts'
import { blocksByHeading, blocksOf, imageLines, recipeLines, scriptLines } from './scripts.ts'

export const moreCollections: readonly Collection[] = [
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
  { name: 'PANIX', has: /^modules\/setup_udev\.sh$/, files: /^modules\/setup_\w+\.sh$/, read: modules },
  { name: 'Red Teaming TTPs', has: /^Mac_OSX\.md$/, files: /^(Linux|Mac_OSX|Cloud)\.md$/, read: ttps },
  {
    name: 'HackTricks Cloud',
    has: /^pentesting-cloud\//,
    files: /^pentesting-cloud\/.*-persistence(\/|\.md|-)/,
    read: cloudNotes,
  },
  {
    name: 'hook collection',
    has: /^plugins\/block-dangerous-commands\//,
    files: /^plugins\/(block-dangerous-commands|git-safety|protect-secrets)\/tests\//,
    read: hookTests,
  },
  {
    name: 'hook daemon',
    has: /^tests\/unit\/handlers\/test_destructive_git\.py$/,
    files:
      /^tests\/unit\/handlers\/(test_destructive_git|test_git_stash|pre_tool_use\/test_(dangerous_permissions|curl_pipe_shell))\.py$/,
    read: daemonTests,
  },
  {
    name: 'shguard',
    has: /^tests\/bypass_corpus\.toml$/,
    files: /^tests\/(bypass_corpus\.toml|benign_corpus\.rs|guardfall\.rs)$/,
    read: guardTests,
  },
  {
    name: 'AgentShield',
    has: /^internal\/analyzer\/testdata\/credential_exposure_cases\.go$/,
    files:
      /^internal\/analyzer\/testdata\/(credential_exposure|data_exfiltration|persistence_evasion)_cases\.go$/,
    read: shieldCases,
  },
  {
    name: 'nah',
    has: /^corpus\/shell-resolution\.jsonl$/,
    files: /^corpus\/(execution-flows|filesystem|git|shell-resolution|threat-model)\.jsonl$/,
    read: guardedLines,
    isSwapped: true,
  },
  {
    name: 'revshell',
    has: /^cmd\/revshells\.go$/,
    files: /^cmd\/revshells\.go$/,
    read: commandFields,
    isSwapped: true,
  },
  { name: 'Dippy', has: /^tests\/cli\/test_7z\.py$/, files: /^tests\/cli\/test_\w+\.py$/, read: approved },
  { name: 'cheat.sh', has: /^sheets\/tar$/, files: /^sheets\/[\w.-]+$/, read: sheetLines },
  { name: 'Bash one-liners', has: /^_config\.yml$/, files: /^README\.md$/, read: oneLiners },
  ordinary('oh-my-zsh', /^oh-my-zsh\.sh$/),
  ordinary('bash-it', /^bash_it\.sh$/),
  ordinary('devcontainer features', /^src\/common-utils\//),
  ordinary('runner images', /^images\/ubuntu\//),
  ordinary('moby', /^hack\/make\.sh$/),
  ordinary('python images', /^apply-templates\.sh$/),
  ordinary('nvm', /^nvm\.sh$/),
  ordinary('dotfiles', /^\.macos$/),
]

/** A project whose scripts, images, build files and workflows are everyday work. */
function ordinary(name: string, has: RegExp): Collection {
  return {
    name,
    has,
    files:
      /^(?!vendor\/|.*\/(testdata|vendor)\/).*(\.(sh|bash|zsh)|(^|\/)(Dockerfile[\w.-]*|Makefile|\.(aliases|functions|macos|bash_profile))|^\.github\/workflows\/[\w.-]+\.ya?ml)$/,
    read: (files) =>
      files.flatMap(([path, text]) =>
        linesOf(path, text).map((command) => ({ family: 'ordinary' as const, name: path, command })),
      ),
  }
}

function linesOf(path: string, text: string): readonly string[] {
  if (/\.ya?ml$/.test(path)) return workflowLines(text)
  if (/Dockerfile/.test(path)) return imageLines(text)
  return /Makefile$/.test(path) ? recipeLines(text) : scriptLines(text)
}

/** The texts of the steps, without a reader of YAML: templates of theirs are often none. */
function workflowLines(text: string): readonly string[] {
  return [...text.matchAll(/^( *)(?:- )?run: *(?:[|>][-+]? *\n((?:\1 +.*\n|\s*\n)+)|(.+)\n)/gm)].map(
    (match) => (match[2] ?? match[3] ?? '').replace(/^ {0,12}/gm, '').trim(),
  )
}

const address = '192.0.2.7'
export const filledIn = (command: string): string =>
  command
    .replace(/<[\w. -]*(?:ip|host)[\w. -]*>/gi, address)
    .replace(/<[\w. -]*port[\w. -]*>/gi, '4444')
    .replace(/\[IPADDR\]|\$ip\b|\bATTACKER_IP\b/gi, address)
    .replace(/\[PORT\]|\$port\b/gi, '4444')
    .replaceAll('$shell', '/bin/sh')

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

function oneLiners(files: Files): readonly Entry[] {
  return files.flatMap(([name, page]) =>
    blocksOf(page).flatMap((block) =>
      scriptLines(block).map((command) => ({ family: 'ordinary' as const, name, command })),
    ),
  )
}

/** Each module as the script it is, called as its own help says. */
function modules(files: Files): readonly Entry[] {
  return files.map(([name, text]) => ({
    family: 'persistence',
    name,
    command: `ip=${address}; port=4444; username=backup; password=pass\n${text}`,
    key: name,
  }))
}

const techniques: readonly (readonly [family: Family, technique: RegExp])[] = [
  ['shells', /T1059(?!\.00[157])|T1573/],
  ['exfiltration', /T(1048|1567|1030|1041|1020|1537)/],
  ['credentials', /T(1003|1552|1555|1056|1539)/],
  ['persistence', /T(1053|1098|1136|1543|1546|1547|1037|1556|1176|1574|1078|1548\.003)/],
]

function ttps(files: Files): readonly Entry[] {
  return files.flatMap(([name, page]) =>
    blocksByHeading(page).flatMap(([heading, block]) => {
      const family = techniques.find(([, pattern]) => pattern.test(heading))?.[0]
      return family === undefined
        ? []
        : [{ family, name: `${name} ${heading}`, command: filledIn(block.replace(/^[$#❯] /gm, '')) }]
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

const hookAssertion =
  /\b(shouldBlock|shouldAllow|bashBlocked|bashAllowed)\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/g

function hookTests(files: Files): readonly Entry[] {
  return files.flatMap(([name, source]) =>
    [...source.matchAll(hookAssertion)].map((match) => ({
      family: familyOf((match[1] ?? '').endsWith('Block') || match[1] === 'bashBlocked', name),
      name,
      command: unescaped(match[2] ?? match[3] ?? match[4] ?? ''),
    })),
  )
}

const familyOf = (isBad: boolean, name: string): Family =>
  !isBad ? 'near misses' : name.includes('secret') ? 'credentials' : 'destruction'

const daemonCase =
  /"command":\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')[\s\S]*?assert handler\.matches\(\w+\) is (True|False)/g

function daemonTests(files: Files): readonly Entry[] {
  return files.flatMap(([name, source]) =>
    source.split(/^ {4}def test_/m).flatMap((test) =>
      [...test.matchAll(daemonCase)].map((match) => ({
        family: familyOf(match[3] === 'True', name),
        name,
        command: unescaped(match[1] ?? match[2] ?? ''),
      })),
    ),
  )
}

function guardTests(files: Files): readonly Entry[] {
  return files.flatMap(([name, source]): readonly Entry[] => {
    if (name.endsWith('.toml'))
      return [
        ...source.matchAll(
          /^payload = (?:'([^'\n]*)'|"((?:[^"\\\n]|\\.)*)")\s*\nexpected = "(Allow|Ask|Block)"/gm,
        ),
      ].map((match) => ({
        family: familyOf(match[3] !== 'Allow', name),
        name,
        command: match[1] ?? unescaped(match[2] ?? ''),
      }))
    if (name.includes('benign'))
      return [...source.matchAll(/^ {8}(?:"((?:[^"\\\n]|\\.)*)"|r#"(.*)"#),$/gm)].map((match) => ({
        family: 'near misses',
        name,
        command: match[2] ?? unescaped(match[1] ?? ''),
      }))
    return []
  })
}

const shieldFamilies: readonly (readonly [file: RegExp, family: Family])[] = [
  [/credential/, 'credentials'],
  [/exfiltration/, 'exfiltration'],
  [/persistence/, 'persistence'],
]
/** What stands in the same files and is another matter: models' own data, routes, records, how machines are reached. */
const otherMatters =
  /\/(lateral-movement|llm-data-flow|ai-[\w-]+|anti-forensics|log-extraction|network-discovery)\//

/** Of another gate's cases those that it wants stopped, and those that it wants left alone. */
function shieldCases(files: Files): readonly Entry[] {
  return files.flatMap(([name, source]) =>
    source.split(/\n\t\{\n/).flatMap((part) => {
      const found = /Command:\s*(?:`([^`]*)`(?!\s*\+)|"((?:[^"\\]|\\.)*)")/.exec(part)
      const command = (found?.[1] ?? unescaped(found?.[2] ?? '')).trim()
      const kind = /Classification:\s*"(\w+)"/.exec(part)?.[1] ?? ''
      const family = /^(TN|FP)$/.test(kind)
        ? 'near misses'
        : /ExpectedDecision:\s*"BLOCK"/.test(part) && !otherMatters.test(part)
          ? shieldFamilies.find(([file]) => file.test(name))?.[1]
          : undefined
      return command.length < 6 || family === undefined
        ? []
        : [{ family, name, command, key: `leaks2${command}` }]
    }),
  )
}

/** What another gate's authors say may always run. What it asks about is merely everything else. */
function approved(files: Files): readonly Entry[] {
  return files.flatMap(([name, source]) =>
    [...source.matchAll(/^ +\((?:"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'), True\)/gm)].map((match) => ({
      family: 'ordinary' as const,
      name,
      command: unescaped(match[1] ?? match[2] ?? ''),
    })),
  )
}

function sheetLines(files: Files): readonly Entry[] {
  return files.flatMap(([name, page]) =>
    page.split('\n').flatMap((line) => {
      const command = /^(?!#|\s*$|---|tags:|syntax:)(?:\$\s+)?([a-z][\w.-]*\s.*)$/.exec(line)?.[1]
      return command === undefined || /[.:]$/.test(command)
        ? []
        : [{ family: 'ordinary' as const, name, command: command.replace(/<[\w. -]+>/g, 'value') }]
    }),
  )
}

function unescaped(literal: string): string {
  return literal.replace(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign === 't' ? '\t' : sign))
}

const guards: readonly (readonly [guard: RegExp, family: Family])[] = [
  [/^(fs|git)-/, 'destruction'],
  [/^exec-network-shell$/, 'shells'],
  [/^exec-/, 'fetched code'],
]

/** One case a line, with the guard that blocks it. What it leaves to others is neither good nor bad. */
function guardedLines(files: Files): readonly Entry[] {
  return files.flatMap(([path, text]) =>
    text.split('\n').flatMap((line) => {
      if (line.trim() === '') return []
      const { command, expected } = JSON.parse(line)
      if (typeof command !== 'string' || expected?.verdict !== 'block') return []
      const family = guards.find(([guard]) => guard.test(String(expected.guard)))?.[1]
      // The halves are those in which it was read.
      const key = `shells5${command.trim().replace(/\s+/g, ' ')}`
      return family === undefined ? [] : [{ family, name: path, command, key }]
    }),
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
