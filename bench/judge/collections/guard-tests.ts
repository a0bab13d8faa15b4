// What the authors of other guards want stopped and left alone, out of their own tests.
import { type Collection, type Entry, type Family, type Files, unescaped } from './collection.ts'

export const guardCollections: readonly Collection[] = [
  { name: 'dcg packs', has: /^src\/packs\//, files: /^src\/packs\/.*\.rs$/, read: packs },
  {
    name: 'safety-net',
    has: /^tests\/core\/rules-rm\.test\.ts$/,
    files: /^tests\/core\/.*\.test\.ts$/,
    read: assertions,
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
  { name: 'Dippy', has: /^tests\/cli\/test_7z\.py$/, files: /^tests\/cli\/test_\w+\.py$/, read: approved },
]

/** Assertions of a guard's own tests: what it says must be stopped, and what must not. */
const packAssertion =
  /\bassert_(blocks|blocks_with_pattern|blocks_with_severity|allows|safe_pattern_matches)\(\s*&?\w+(?:\(\))?\s*,\s*(?:"((?:[^"\\]|\\.)*)"|r#"([\s\S]*?)"#)/g

function packs(files: Files): readonly Entry[] {
  return files.flatMap(([path, source]) =>
    [...source.matchAll(packAssertion)].map((match) => ({
      family: (match[1] ?? '').startsWith('blocks') ? ('destruction' as const) : ('near misses' as const),
      name: path,
      command: match[3] ?? unescaped(match[2] ?? ''),
    })),
  )
}

const testAssertion = /\bassert(Blocked|Allowed)\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g

function assertions(files: Files): readonly Entry[] {
  return files.flatMap(([path, source]) =>
    [...source.matchAll(testAssertion)].map((match) => ({
      family: match[1] === 'Blocked' ? ('destruction' as const) : ('near misses' as const),
      name: path,
      command: unescaped(match[2] ?? match[3] ?? ''),
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
