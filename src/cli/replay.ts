import type { Address, Protocol } from '../config/config.ts'
import { GateError } from '../kernel/gate-error.ts'
import type { Exchange } from '../watch/exchange.ts'
import { openInput } from '../watch/intake/input.ts'
import type { Command, Console, ParsedOptions } from './command.ts'
import { inputOptions, logOptions, logPaths } from './log-options.ts'
import { progressLine } from './progress.ts'
import { count, some } from './render/figures.ts'
import { vouchedHeaders } from './replay/exchange-request.ts'
import { replay as replayLog } from './replay/replaying.ts'
import { StandIn } from './replay/stand-in.ts'
import { neededOption, textOption } from './store-option.ts'

const CONNECTIONS_DEFAULT = 32
const CONNECTIONS_MAX = 4_096
const PATIENCE_MS = 30_000

/** The gate's answer to a key that it has not made. */
const UNKNOWN_KEY = '401'

export const replay: Command = {
  usage: 'LOG... --to URL --key KEY [--stand-in HOST:PORT] [--speed N]',
  description: `Sends the exchanges of a log through a running gate in the order of the log, to see what the gate would have made of
them. The log's account, address, client and time travel in headers, so the gate must trust this machine for them
(--trust prints that part of the configuration). --stand-in opens an upstream that answers each request as long and
with the status the log says, so that no model is asked. A gate that is gone is waited for, and what it had not
answered is sent again.`,
  options: {
    to: { type: 'string', value: 'URL', summary: 'the gate' },
    key: { type: 'string', value: 'KEY', summary: 'a key of the gate (default: $PORTCULLIS_KEY)' },
    protocol: { type: 'string', value: 'NAME', summary: 'openai or anthropic (default: openai)' },
    'stand-in': { type: 'string', value: 'HOST:PORT', summary: 'open an upstream for the gate here' },
    speed: { type: 'string', value: 'N', summary: 'log time passes N times faster (default: no pauses)' },
    connections: {
      type: 'string',
      value: 'N',
      summary: `requests at once (default: ${CONNECTIONS_DEFAULT})`,
    },
    trust: { type: 'boolean', summary: 'print the `trust` section that a replay needs, and end' },
    json: { type: 'boolean', summary: 'one JSON object on standard output' },
    ...logOptions,
  },
  examples: [
    ['portcullis replay --trust >> portcullis.yaml', 'let this machine speak for accounts'],
    [
      'portcullis replay may.jsonl.gz --to http://127.0.0.1:8080 --key pk-… --stand-in 127.0.0.1:9000',
      'a month in minutes, no model asked',
    ],
    ['portcullis replay may.jsonl.gz --to http://127.0.0.1:8080 --speed 1000', 'with its pauses, shorter'],
  ],
  wordsMax: Number.POSITIVE_INFINITY,
  run: async (positionals, options, console) => {
    if (options.trust === true) {
      console.stdout.write(trustSection())
      return 0
    }
    if (positionals.length === 0)
      throw new GateError('usage', 'Name at least one log, or - for standard input.')
    const paths = await logPaths(positionals, console.cwd)
    const url = urlOf(neededOption(options, 'to', 'the gate to send to'))
    const key = textOption(options, 'key') ?? console.env.PORTCULLIS_KEY
    if (key === undefined)
      throw new GateError('usage', '--key is needed, or PORTCULLIS_KEY: a key of the gate.')
    await using stack = new AsyncDisposableStack()
    const standIn = textOption(options, 'stand-in')
    if (standIn !== undefined) stack.use(await StandIn.open(addressOf(standIn)))
    const progress = progressLine(console, { label: 'replaying', unit: 'exchanges' })
    let answered = 0
    const result = await replayLog(exchangesOf(paths, options, console), {
      url,
      key,
      protocol: protocolOf(options),
      connections: countOption(options, 'connections', CONNECTIONS_DEFAULT, CONNECTIONS_MAX),
      speed: countOption(options, 'speed', 0, Number.MAX_SAFE_INTEGER),
      patienceMs: PATIENCE_MS,
      signal: console.signal,
      onAnswer: () => progress.update(++answered),
    }).catch((cause: unknown) => {
      throw new GateError('gate-unreachable', `${url.origin} does not answer.`, { cause })
    })
    progress.done(answered)
    const { sent, statuses, resent, seconds } = result
    const rate = Math.round(sent / Math.max(seconds, 0.001))
    const turnedAway = statuses[UNKNOWN_KEY] ?? 0
    if (options.json) console.stdout.write(`${JSON.stringify({ ...result, exchangesPerSecond: rate })}\n`)
    else {
      const counts = Object.entries(statuses).map(([status, times]) => `${count(times)} × ${status}`)
      const again = resent === 0 ? '' : ` ${count(resent)} were sent again.`
      console.stdout.write(
        `${some(sent, 'exchange')} in ${seconds.toFixed(1)} s, ${count(rate)} a second: ${counts.join(', ')}.${again}\n`,
      )
    }
    if (turnedAway > 0)
      console.stderr.write(
        `The gate does not know the key of ${some(turnedAway, 'exchange')}: --key wants one that \`portcullis keys create\` made.\n`,
      )
    if (console.signal.aborted) return 3
    return turnedAway > 0 ? 1 : 0
  },
}

async function* exchangesOf(
  paths: readonly string[],
  options: ParsedOptions,
  { stdin, signal, cwd }: Console,
): AsyncGenerator<Exchange> {
  const given = await inputOptions(options, cwd)
  for (const path of paths) {
    const input = await openInput(path, { ...given, stdin, signal })
    try {
      for await (const piece of input.pieces()) {
        if (piece.kind !== 'block') continue
        for (const reading of input.read(piece)) if (reading.kind === 'exchange') yield reading.exchange
      }
    } finally {
      await input.close()
    }
  }
}

function trustSection(): string {
  const headers = Object.entries(vouchedHeaders).map(([field, name]) => `${field}: ${name}`)
  return `trust:\n  hops: 1\n  proxies: ["127.0.0.1"]\n  headers: { ${headers.join(', ')} }\n`
}

function protocolOf(options: ParsedOptions): Protocol {
  const protocol = textOption(options, 'protocol') ?? 'openai'
  if (protocol === 'openai' || protocol === 'anthropic') return protocol
  throw new GateError('usage', '--protocol wants openai or anthropic.')
}

function countOption(options: ParsedOptions, name: string, usual: number, most: number): number {
  const value = textOption(options, name)
  const count = value === undefined ? usual : Number(value)
  if (Number.isSafeInteger(count) && count >= 0 && count <= most && (name === 'speed' || count > 0))
    return count
  throw new GateError('usage', `--${name} wants a whole number up to ${most}.`)
}

function urlOf(text: string): URL {
  if (URL.canParse(text) && /^https?:/.test(text)) return new URL(text)
  throw new GateError('usage', '--to wants a URL such as http://127.0.0.1:8080.')
}

function addressOf(text: string): Address {
  const match = /^([A-Za-z0-9.-]+):(\d{1,5})$/.exec(text)
  if (!match) throw new GateError('usage', '--stand-in wants HOST:PORT, such as 127.0.0.1:9000.')
  return { host: match[1] ?? '', port: Number(match[2]) }
}
