import type { Skeleton } from './skeleton.ts'
import { downloads, requestInput, uploads } from './terms.ts'

// Orders that come by web requests: which value is made of which, from one statement to the next.

const STATEMENTS_MAX = 300
const STATEMENT_CHARACTERS_MAX = 400
const NAMES_MAX = 40
const ROUNDS_MAX = 4

const obeys =
  /(?:\b(?:system|popen\w*|exec\w*|eval\w*|spawn\w*|check_output|check_call|getoutput|getstatusoutput|run|call|Popen|shell_exec|passthru|proc_open|pcntl_exec|Command|execute|create_subprocess_\w+|assert|create_function|preg_replace|call_user_func\w*|array_\w+|usort|register_\w+|include\w*|require\w*|Function|runIn\w+|\w+_eval|unserialize|Start|start|ProcessBuilder|capture[23]e?|cmd|compile|Invoke-Expression|iex)\b|\$\w+\s*(?=\()|\$_\w+\[[^\]]*\]\s*(?=\())[\s\S]*/

const assigned =
  /(?:^|[\s{(])((?:\$?[A-Za-z_][\w.]*\s*,\s*)*\$?[A-Za-z_][\w.]*)(?:\[[^\]]*\])?\s*(?::=|\.=|\+=|=(?![=>]))\s*([\s\S]+)|\bfor\s+([\s\S]+?)\s+in\s+([\s\S]+)|\bas\s+(\$?\w+)/

/** Where a program answers requests, these are members of one, whatever it is called. */
const serves =
  /\b(?:createServer|HTTPServer|ThreadingHTTPServer|WEBrick|express|serve|Bun\.serve|listen|mount_proc|bottle|Flask|route|FastAPI|HttpListener|ListenAndServe|koa|fastify|Sinatra|TCPServer|uvicorn|on_message\w*|message_handler|add_handler|subscribe|psubscribe|loop_forever|run_forever|polling|Daemon|Mojolicious|Dancer2?|Plack|socketio)\b|\b(?:get|post)\s*\(?\s*"§\d+"\s*\)?\s*(?:do\b|\{|=>)/
const requestWords = new RegExp(
  `${requestInput.source}|(?<!os|sys|re)\\.(?:query|body|params|url|payload)\\b|\\b(?:m|msg|message|update|event|ctx|u)\\.(?:text|content|data)\\b|_content\\b|->(?:content|param|body)\\b|\\bparams\\s*\\[|\\.listen\\(\\)|\\bawait\\s+\\w+\\.(?:text|json)\\(\\)`,
)

/** Names that a decorated function, or one that hears messages, is given. */
function handled(code: string): readonly string[] {
  const heads =
    /@\w[\w.]*(?:\([^)\n]*\))?\s*\n\s*(?:async\s+)?def\s+\w+\s*\(([^)]*)\)|\bdef\s+on_\w+\s*\(([^)]*)\)/g
  return [...code.matchAll(heads)]
    .flatMap((match) => (match[1] ?? match[2] ?? '').split(','))
    .map((name) => name.split(/[:=]/)[0]?.trim() ?? '')
    .filter((name) => /^[A-Za-z]\w*$/.test(name) && !/^(?:self|cls|req|request|ctx|db|session)$/.test(name))
    .slice(0, NAMES_MAX)
}

/** Patterns and databases have methods of these names too. */
const harmless =
  /(?:\/[a-z]*|\b(?:re|rx|reg\w*|pattern\w*|db|session|cur|cursor|conn\w*|engine|tx|trx|pool|stmt|statement|query|schema|ajv|zod|handlebars|template|ast|builtins\.compile)|(?<!getRuntime\(|getRuntime\( )\))\.$/i

/** `run(["git", "log", name])`: one program that the text itself names, and no shell. */
function isOneProgram(call: string, { strings }: Skeleton): boolean {
  const at = /^[\w.$]+\s*\(\s*(?:\[\s*"§(\d+)"|"§(\d+)"\s*,\s*\[)/.exec(call)
  const name = at === null ? undefined : strings[Number(at[1] ?? at[2])]
  return (
    name !== undefined &&
    /^[\w./-]+$/.test(name) &&
    !/(?:^|\/)(?:\w*sh|cmd|env|sudo|python\S*|perl|ruby|node|eval)$/.test(name)
  )
}

/** What is said in a web request is run: directly, or by way of names. */
export function runsRequests(skeleton: Skeleton): boolean {
  const isServing = serves.test(skeleton.code)
  const source = isServing ? requestWords : requestInput
  if (!isServing && !source.test(skeleton.code) && !skeleton.strings.some((text) => source.test(text)))
    return false
  const statements = statementsOf(skeleton)
  const said = madeOf(statements, source, new Set(isServing ? handled(skeleton.code) : []))
  return statements.some((text) => {
    const call = obeys.exec(text)
    return (
      call !== null &&
      said(call[0]) &&
      !isOneProgram(call[0], skeleton) &&
      !harmless.test(text.slice(0, call.index))
    )
  })
}

/** Web clients, mailboxes, names and queues: wherever orders may wait. */
const fetches = new RegExp(
  `${downloads.source}|\\b(?:file_get_contents|fopen|getstore|get|open|urlopen)\\s*\\(?\\s*"https?:|\\bhttp\\s+get\\b|\\b(?:imaplib|poplib|IMAP4\\w*|POP3\\w*|resolver?\\.(?:resolve|query)|d\\.resolve|getresponse|getUpdates|get_updates|receive_message\\w*|get_message|basic_get)\\b|\\.(?:fetch|resolve|request)\\s*\\(`,
  'i',
)
const posts =
  /\bsend_?[mM](?:ail|essage)\b|\bsendto\b|"(?:POST|PUT)"|\.publish\s*\(|\.resolve\(|\bhttp\s+post\b|(?:\.|->)(?:post|put)\s*\(|-Method\s+"?(?:§\d+|POST)|\bdata\s*=|\burlopen\s*\([^,]+,|\bRequest\s*\([^,]+,|\bUpload\w*\b|\bmethod\b/i

/** What is fetched is run, and what that says goes out by another request. */
export function obeysFetched(skeleton: Skeleton): boolean {
  if (!fetches.test(skeleton.code) && !skeleton.strings.some((text) => /^https?:/.test(text))) return false
  const statements = statementsOf(skeleton)
  if (!statements.some((text) => fetches.test(text))) return false
  const fetched = madeOf(statements, fetches)
  const isObeying = (text: string) => {
    const call = obeys.exec(text)
    return call !== null && fetched(call[0])
  }
  const runs = statements.filter(isObeying)
  if (runs.length === 0) return false
  const names = new Set<string>()
  for (const text of runs) for (const name of namesIn(assigned.exec(text))) names.add(name)
  const answers = madeOf(statements, undefined, names)
  return statements.some((text) => {
    if (!runs.includes(text)) return answers(text) && (posts.test(text) || fetches.test(text))
    // Asked for by an address that holds what was said: the request stands before what it waits for.
    const asked = fetches.exec(text)?.index ?? Number.POSITIVE_INFINITY
    return posts.test(text) || uploads.test(text) || asked < (obeys.exec(text)?.index ?? 0)
  })
}

/** `e = os.popen`, `from subprocess import check_output as x`: the call that a short name stands for. */
function unborrowed(code: string): string {
  let out = code
  const borrowed =
    /(?:^|[;\n])[ \t]*(\w{1,24})\s*=\s*[^;\n]{0,160}?\.(popen|system|getoutput|check_output|call|run|Popen|exec\w*|urlopen|get|post|request)\s*(?=[;\n]|$)|\b(popen|system|getoutput|check_output|call|run|Popen|exec\w*|urlopen|get|post)\s+as\s+(\w{1,24})/g
  for (const [, name, what, from, as] of [...code.matchAll(borrowed)].slice(0, NAMES_MAX)) {
    const short = name ?? as ?? ''
    out = out.replace(new RegExp(`(?<![\\w.])${short}\\s*\\(`, 'g'), () => `${what ?? from}(`)
  }
  // `{ execSync: x } = require(…)`.
  for (const [, list = ''] of [
    ...code.matchAll(/\{([^{}]{1,120})\}\s*=\s*(?:await\s+)?(?:require|import)\b/g),
  ])
    for (const [, what = '', as = ''] of list.matchAll(/(\w{2,24})\s*:\s*(\w{1,24})/g))
      out = out.replace(new RegExp(`(?<![\\w.])${as}\\s*\\(`, 'g'), () => `${what}(`)
  return out
}

/** Strings keep the values that stand inside them. */
function statementsOf({ code, strings }: Skeleton): readonly string[] {
  const whole = unborrowed(code).replace(/"§(\d+)"/g, (token, at: string) => {
    const text = strings[Number(at)] ?? ''
    return (/[$#]\{|\{\w|\$\w|%\w/.test(text) || /^https?:/.test(text)) &&
      text.length < STATEMENT_CHARACTERS_MAX
      ? `"${text.replace(/[;\n]/g, ' ')}"`
      : token
  })
  return whole
    .split(/[;\n]|:\s(?=\s*\w+\s*=\s)/)
    .slice(0, STATEMENTS_MAX)
    .map((text) => text.slice(0, STATEMENT_CHARACTERS_MAX))
}

function namesIn(match: RegExpExecArray | null): readonly string[] {
  const names = match?.[1] ?? match?.[3] ?? match?.[5]
  return names === undefined
    ? []
    : names.split(/[\s,()]+/).filter((name) => /^\$?[A-Za-z_][\w.]*$/.test(name))
}

/** Whether a text uses the source, or a name that was made of it. */
function madeOf(
  statements: readonly string[],
  source: RegExp | undefined,
  names: Set<string> = new Set(),
): (text: string) => boolean {
  const uses = (text: string) => {
    if (source?.test(text) === true) return true
    for (const name of names) {
      const at = text.indexOf(name)
      if (at >= 0 && new RegExp(`(?<![\\w$])${escaped(name)}(?![\\w])`).test(text)) return true
    }
    return false
  }
  const made = statements.flatMap((text) => {
    const match = assigned.exec(text)
    const right = match?.[2] ?? match?.[4] ?? (match?.[5] === undefined ? undefined : text)
    return right === undefined ? [] : [{ right, names: namesIn(match) }]
  })
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const before = names.size
    for (const each of made) {
      if (names.size >= NAMES_MAX || !uses(each.right)) continue
      for (const name of each.names) names.add(name)
    }
    if (names.size === before) break
  }
  return uses
}

const escaped = (name: string) => name.replace(/[.$]/g, '\\$&')
