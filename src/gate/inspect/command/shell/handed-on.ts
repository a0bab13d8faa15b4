import { wordMark } from '../dispatch.ts'
import {
  bangTexts,
  fieldTexts,
  handedTexts,
  handedWords,
  holdsCommand,
  isSpeaker,
  mayBeHanded,
} from './handed.ts'
import { inlineOf, languageOf } from './interpreters.ts'
import type { Invocation } from './model.ts'
import type { ScriptReader } from './reader.ts'
import { deeper, type Place, type Scope, startOf } from './scope.ts'

// What a program is handed that it, or whoever takes it from there, would run.

const handedWord = wordMark(mayBeHanded)

/** Words that whoever takes them would run; of an interpreter those behind its own program. */
export function readHanded(reader: ScriptReader, invocation: Invocation, scope: Scope, place: Place): void {
  const { name, args, marks, path } = invocation
  const isOnSocket = place.streams.stdout.kind === 'socket'
  const isPlain = (marks & handedWord) === 0 && place.input === undefined && scope.files.size === 0
  if (isPlain && !isOnSocket && !path.includes(' ')) return
  const language = languageOf(name)
  if (language !== undefined && inlineOf(language, args).inline.length > 0) return
  const sent = language === undefined && !carriers.has(name) ? sentTo(args, place.input, scope) : undefined
  const words = language === undefined ? handedWords(name, args, isOnSocket) : []
  if (words.length > 0)
    reader.run(words, { ...deeper(scope), isElsewhere: true }, { ...place, input: undefined })
  for (const text of bangTexts(name, args, language === undefined ? place.input : undefined))
    reader.script(text, deeper(scope), { ...place, input: undefined })
  if (!isSpeaker(name))
    for (const arg of args)
      if (holdsCommand(arg))
        for (const text of fieldTexts(arg))
          reader.script(text, { ...deeper(scope), isElsewhere: true }, startOf())
  if (sent !== undefined && appliers.has(name))
    for (const text of fieldTexts(sent))
      reader.script(text, { ...deeper(scope), isElsewhere: true }, startOf())
  for (const { kind, text } of handedTexts(path.includes(' ') ? path : name, args, sent))
    if (kind === 'shell') reader.script(text, { ...deeper(scope), isElsewhere: true }, startOf())
    else
      reader.program({ language: 'php', code: text, by: undefined, decoding: [] }, deeper(scope), startOf())
}

/** Words of a wrapper itself that whoever it starts would run: `docker run --health-cmd 'text' image`. */
export function readOptions(reader: ScriptReader, outer: Invocation, inside: number, scope: Scope): void {
  if ((outer.marks & handedWord) === 0 || scope.depth > 4) return
  for (const { kind, text } of handedTexts('', outer.args.slice(0, -inside), undefined))
    if (kind === 'shell') reader.script(text, { ...deeper(scope), isElsewhere: true }, startOf())
}

/** Make what a description on standard input says. */
const appliers = new Set(
  'kubectl oc k3s docker podman nerdctl helm nomad ansible-playbook terraform tofu act gh'.split(' '),
)

/** What comes on standard input, or out of a process substitution that stands for a file. */
function sentTo(args: readonly string[], input: string | undefined, scope: Scope): string | undefined {
  if (input !== undefined || scope.files.size === 0) return input
  const file = args.find((arg) => arg.startsWith('/dev/fd/'))
  return file === undefined ? undefined : scope.files.get(file)
}

/** Only passes on, shows or changes what it reads. */
const carriers = new Set(
  'cat tee tac rev base32 base64 gbase64 xxd od hexdump tr cut fold sort uniq wc head tail gzip gunzip zcat bzip2 xz openssl gpg sha1sum sha256sum sha512sum md5sum column nl paste jq yq grep sed awk xargs parallel at batch read dd'.split(
    ' ',
  ),
)

/** Programs that run what a project's files say, without being given their names. */
const isBuilder =
  /^(?:make|gmake|ninja|cmake|cargo|go|npm|pnpm|yarn|bun|npx|pip[\d.]*|pipx|uv|poetry|pytest|tox|nox|hatch|bundle|rake|gradlew?|mvnw?|sbt|mix|rebar3|stack|cabal|dub|nimble|dotnet|vagrant|packer|terraform|tofu|terragrunt|pulumi|cdk|serverless|sls|skaffold|docker|podman|buildah|docker-compose|act|nix-build|nix|bazel|buck2|earthly|puppet|salt-call|invoke|fab|just|task|mage|foreman|honcho|overmind|procfile|deno|tsx|ts-node)$/

/** Lint, convert, move or look at what they are given. */
const isReader =
  /lint|^(?:cp|mv|ln|rm|chmod|chown|install|mkdir|touch|scp|rsync|curl|wget|shellcheck|eslint|ruff|flake8|mypy|black|prettier|hadolint|bandit|sigma|yara|semgrep|snort|suricata|falco|clamscan|zip|tar|7z|gzip|sha\d*sum|md5sum|file|ls|stat|cmp|diff|patch|pandoc|hugo|mkdocs|mdcat|glow|bat|sqlite3|aws|gsutil|az|gcloud)$/

const sources: Readonly<Record<string, string>> = {
  rs: 'rust',
  py: 'python',
  js: 'node',
  mjs: 'node',
  cjs: 'node',
  ts: 'node',
  go: 'go',
  rb: 'ruby',
  java: 'java',
  kt: 'kotlin',
  scala: 'scala',
  groovy: 'groovy',
  gradle: 'groovy',
  swift: 'swift',
  cs: 'csharp',
  c: 'c',
  cpp: 'c',
  cc: 'c',
  ex: 'elixir',
  exs: 'elixir',
  hs: 'haskell',
  ml: 'ocaml',
  nim: 'nim',
  zig: 'zig',
  dart: 'dart',
  php: 'php',
  lua: 'lua',
  nse: 'lua',
  pl: 'perl',
}
const FILES_MAX = 20

/** Files that this text wrote, and then gave to a program by name or had built: what they would run. */
export function readBuilt(reader: ScriptReader, { name, args }: Invocation, scope: Scope): void {
  const isAll = isBuilder.test(name)
  if (!isAll && (isSpeaker(name) || isReader.test(name))) return
  for (const [path, text] of [...scope.files].slice(0, FILES_MAX)) {
    if (!isAll && !args.some((arg) => arg === path || arg.endsWith(`=${path}`))) continue
    const language = sources[/\.(\w+)$/.exec(path)?.[1] ?? '']
    if (language === 'go' && args[0] === 'generate')
      for (const match of text.matchAll(/^\/\/go:generate\s+(.+)$/gm))
        reader.script(match[1] ?? '', deeper(scope), startOf())
    if (language === undefined) {
      for (const each of handedTexts('', [], text))
        if (each.kind === 'shell')
          reader.script(each.text, { ...deeper(scope), isElsewhere: true }, startOf())
      for (const each of fieldTexts(text))
        reader.script(each, { ...deeper(scope), isElsewhere: true }, startOf())
    } else if (languageOf(name) !== language)
      reader.program({ language, code: text, by: undefined, decoding: [] }, deeper(scope), startOf())
  }
}
