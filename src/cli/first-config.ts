import type { LocalServer } from './local-servers.ts'

export type Vendor = {
  readonly name: string
  readonly variable: string
  readonly protocol: 'openai' | 'anthropic'
  readonly url: string
  readonly models: readonly string[]
}

/** Vendors whose key may be in the environment. The first that serves a model is tried first. */
export const vendors: readonly Vendor[] = [
  {
    name: 'anthropic',
    variable: 'ANTHROPIC_API_KEY',
    protocol: 'anthropic',
    url: 'https://api.anthropic.com/v1',
    models: ['*'],
  },
  {
    name: 'openai',
    variable: 'OPENAI_API_KEY',
    protocol: 'openai',
    url: 'https://api.openai.com/v1',
    models: ['gpt-*', 'o*', 'chatgpt-*', 'text-embedding-*'],
  },
  {
    name: 'mistral',
    variable: 'MISTRAL_API_KEY',
    protocol: 'openai',
    url: 'https://api.mistral.ai/v1',
    models: ['mistral-*', 'codestral-*', 'ministral-*', 'magistral-*'],
  },
  {
    name: 'openrouter',
    variable: 'OPENROUTER_API_KEY',
    protocol: 'openai',
    url: 'https://openrouter.ai/api/v1',
    models: ['*/*'],
  },
]

/** The text of a first configuration: what there is, and what could be, in comments. */
export function firstConfig(found: {
  readonly listen: number
  readonly console: number
  readonly servers: readonly LocalServer[]
  readonly vendors: readonly Vendor[]
}): string {
  const upstreams = [
    ...found.servers.map(
      ({ name, url, models }) =>
        `  - { name: ${name}, protocol: openai, url: "${url}", local: true, models: ${globs(models)} }`,
    ),
    ...found.vendors.map(
      ({ name, protocol, url, variable, models }) =>
        `  - { name: ${name}, protocol: ${protocol}, url: "${url}", key: "env:${variable}", models: ${globs(models)} }`,
    ),
  ]
  if (upstreams.length === 0)
    upstreams.push(
      '  # Nothing was found on this machine or in the environment: say here what the gate stands in front of.',
      '  - { name: local, protocol: openai, url: "http://127.0.0.1:9000/v1", local: true, models: ["*"] }',
    )
  return `# Portcullis. \`portcullis up\` serves what this file says; a change is taken up while it runs, once it is checked.

# observe: record what would be done and let everything pass. enforce: do it.
# Who may ask, and where local-only data may go, holds in both.
mode: observe

listen: 127.0.0.1:${found.listen}
console: 127.0.0.1:${found.console}
store: ./portcullis-data

# What stands behind the gate. The first that serves a model is tried first, the next when it fails.
upstreams:
${upstreams.join('\n')}

# Keys of callers: \`portcullis keys create --account NAME\` makes stored ones, of which only a digest is kept.
# keys:
#   - { key: "env:SERVICE_KEY", account: service, labels: [internal], models: ["gpt-*"] }

# Limits for each key and each account. Nothing is limited where nothing is said.
# rates:
#   account: { requestsPerMinute: 600, tokensPerMinute: 400000 }

# Whose prompts stay on upstreams marked local.
# data:
#   - { data: local-only, accounts: ["clinic-*"], labels: [patients] }

# Accounts that no countermeasure ever touches.
# allow: ["partner-*"]

# A proxy in front of the gate, and what it vouches for.
# trust:
#   hops: 1
#   proxies: ["10.0.0.0/8"]
#   headers: { ja4: x-ja4, org: x-verified-org, payment: x-payment-token }

# The record of every decision. durable: the first byte of an answer waits for the disk, not only for the system.
# ledger: { wait: durable, full: closed, retainDays: 90 }
`
}

const MODELS_LISTED_MAX = 30

function globs(models: readonly string[]): string {
  const listed = models.length === 0 || models.length > MODELS_LISTED_MAX ? ['*'] : models
  return `[${listed.map((model) => JSON.stringify(model)).join(', ')}]`
}
