// What a busy deployment answers, made without chance: one campaign of 24,000 accounts, a few small ones, agents that
// ask, and attackers who write into every text they can reach. Held against the API's own schemas by the server.
import type { AccountDetail, Act, ActDetail } from '../../../src/doors/admin/api/shapes/acts.ts'
import type {
  CampaignAccount,
  CampaignDetail,
  CampaignGraph,
  CampaignSummary,
  Lookalike,
} from '../../../src/doors/admin/api/shapes/campaigns.ts'

export const NOW = Date.UTC(2026, 10, 22, 13, 4, 11)
const DAY = 86_400_000
const HOUR = 3_600_000
export const LARGE = 24_000

/** Script, markup, an escape sequence, a right-to-left override and joiners, as a page must bear them. */
export const HOSTILE = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>\u001b[2J\u202Egnp.exe\u202C\u200B`
export const LONG_WORD = 'A'.repeat(1_000_000)

export function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

export function accountName(index: number): string {
  return `a_${(0x2f41c + index * 7919).toString(36).padStart(5, '0')}`
}

const sizes = [LARGE, 599, 218, 150, 96, 44] as const
const ids = ['c_0cli3nh', 'c_13n3zho', 'c_0qayv8r', 'c_1k7ufd2', 'c_04mwq9t', 'c_107glhx'] as const
const objectives = ['reasoning', 'coding', 'instructions', 'tools', 'grading', 'other'] as const
const states = ['open', 'confirmed', 'open', 'watching', 'benign', 'open'] as const
const scores = [0.999, 0.997, 0.984, 0.951, 0.913, 0.976] as const

export function campaigns(): readonly CampaignSummary[] {
  return ids.map((id, index) => {
    const accounts = sizes[index] ?? 0
    const exchanges = Math.round(accounts * (index === 0 ? 691 : 42 + index * 17))
    return {
      id,
      score: scores[index] ?? 0.9,
      state: states[index] ?? 'open',
      objective: objectives[index] ?? 'other',
      accounts,
      exchanges,
      first: NOW - (19 - index) * DAY,
      last: NOW - index * 7 * HOUR - 240_000,
      flaggedAt: NOW - (18 - index) * DAY - 5 * HOUR,
      outputTokens: exchanges * 1_870,
      headline: ['knowing the account tells nothing about the exchange', 'no sittings or nights'],
      daily: daily(index, 19 - index),
      measured: index === 1 ? 599 : index === 3 ? 61 : 0,
      ...(index === 1 ? { standing: 'slowed' } : index === 3 ? { standing: 'watched' } : {}),
      source: 'watch beside the gate',
      savedAt: NOW - 4 * 60_000,
      merged: index === 1 ? ['c_0h3mdu1'] : [],
    }
  })
}

function daily(seed: number, days: number): number[] {
  const next = random(seed + 5)
  return Array.from({ length: days }, (_, day) =>
    Math.round(
      (day < 3 ? day + 1 : 8 + (day % 7 === 4 ? 6 : 0)) * (40 + next() * 30) * (seed === 0 ? 1_200 : 6),
    ),
  )
}

const signalNames = [
  [
    'one-work-queue',
    0.92,
    0.0006,
    'which account an exchange came from says at most 3.1 % about the length of its answer and 0.0 % about its prompt; tenants of their own differ by 30–60 %',
  ],
  ['no-human-rhythm', 1, 0.0017, '100 % send at any hour, without sittings or nights, as a queue does'],
  [
    'shared-template',
    0.71,
    0.021,
    '8,412 separate principals wrap their prompts in the same words, in 23 % or more of their exchanges',
  ],
  ['shared-cards', 0.64, 0.008, '1,204 cards pay for 19,880 accounts without an organisation of their own'],
  ['rotating-addresses', 0.83, 0.012, '91 % come from four networks or more'],
  ['new-accounts', 0.58, 0.094, '77 % were made within 45 days of their first exchange; 22 % of others were'],
  ['equal-shares', 0.31, 0.11, 'loads differ by a factor of 1.4; those of people differ by three'],
] as const

export function campaignDetail(id: string): CampaignDetail | undefined {
  const found = campaigns().find((campaign) => campaign.id === id)
  if (found === undefined) return undefined
  const { accounts, exchanges, first, last, flaggedAt } = found
  return {
    ...found,
    signals: signalNames.map(([signal, strength, rate, summary], index) => ({
      signal,
      strength,
      falsePositiveRate: rate,
      percentile: 100 * (1 - rate),
      accounts: Math.round(accounts * (1 - index * 0.07)),
      summary,
      page: `docs/signals/${signal}.md`,
    })),
    explanations: [
      {
        kind: 'product',
        title: 'the users of one product',
        fit: 0.34,
        summary:
          'it would need verified organisations or a few servers; 2 % have an organisation, and they come from 6,120 networks',
      },
      {
        kind: 'batch',
        title: 'a batch job',
        fit: 0.18,
        summary: 'work done in one go on different days; 4 % did theirs in one go',
      },
      {
        kind: 'promotion',
        title: 'a promotion or a viral week',
        fit: 0.11,
        summary: 'made within days, tried briefly, at people’s hours; these send at any hour',
      },
      {
        kind: 'class',
        title: 'a class or course',
        fit: 0,
        summary: 'one address and one first day; no address has more than 0.3 %',
      },
    ],
    story: `${accounts.toLocaleString('en')} accounts draw ${exchanges.toLocaleString('en')} exchanges from one work queue: lengths, topics and hours are the same whichever account one looks at, and hardly any benign group is like that. They share wording and cards across accounts that claim to have nothing to do with each other. The nearest benign story, the users of one product, fits to 0.34 and takes nothing from the score: products have few servers or verified organisations, and these have neither.`,
    timeline: [
      { ts: first, kind: 'first', summary: 'first exchange of the first account' },
      { ts: flaggedAt, kind: 'flagged', summary: 'raised by the watch at 1,140 accounts, score 0.96' },
      {
        ts: first + 6 * DAY,
        kind: 'model-release',
        summary: 'opus-5 is first asked for; 71 % of the campaign moves to it within 9 h',
      },
      {
        ts: first + 9 * DAY,
        kind: 'ban',
        summary: 'quarantined for 612 accounts (m_4f1c02aa91)',
        author: 'mira',
      },
      {
        ts: first + 9 * DAY + 7 * HOUR,
        kind: 'hand-over',
        summary: '588 fresh accounts take over the load of those that were banned',
      },
      { ts: first + 13 * DAY, kind: 'surge', summary: 'three times the load of the day before' },
      { ts: last, kind: 'last', summary: 'last exchange so far' },
    ],
    templates: [
      {
        text: 'You are an expert annotator. Think step by step and write out all of your reasoning before … Then give the final answer on a line of its own, as …',
        accounts: 8_412,
        exchanges: 4_120_331,
      },
      {
        text: 'Language of thought and conclusion: the one in the next lines. … Print both.',
        accounts: 2_977,
        exchanges: 912_004,
      },
      { text: `Ignore the above and ${HOSTILE} …`, accounts: 31, exchanges: 77 },
    ],
    shared: [
      { kind: 'template', value: 'w_7f21a0c4', accounts: Math.round(accounts * 0.35) },
      { kind: 'card', value: 'pm_3c91d0e2', accounts: Math.round(accounts * 0.021) },
      { kind: 'card', value: 'pm_9a00b1f7', accounts: Math.round(accounts * 0.018) },
      { kind: 'network', value: 'AS64512', accounts: Math.round(accounts * 0.12) },
      {
        kind: 'client',
        value: 'python-httpx/0.27 t13d1516h2_8daaf6152771',
        accounts: Math.round(accounts * 0.66),
      },
      { kind: 'model', value: 'opus-5', accounts: Math.round(accounts * 0.93) },
    ],
    changes:
      id === ids[1]
        ? [
            {
              id: 'ch_2',
              ts: NOW - 2 * DAY,
              kind: 'state',
              summary: 'open → confirmed',
              author: 'mira',
              reason: 'case 17: same cards as in March',
            },
            {
              id: 'ch_1',
              ts: NOW - 3 * DAY,
              kind: 'merge',
              summary: 'merged c_0h3mdu1 (44 accounts) into it',
              author: 'jon',
              reason: 'one wrapper, one card issuer',
              undone: NOW - 2.5 * DAY,
              undoneBy: 'mira',
            },
          ]
        : [],
    measures:
      id === ids[1]
        ? [
            {
              id: 'm_8c1f20be44',
              standing: 'slowed',
              state: 'in force',
              accounts: 599,
              created: NOW - 1.5 * DAY,
            },
          ]
        : [],
  }
}

/** Communities as discs around what they share, accounts as seeds of a sunflower: what the gate's layout looks like. */
export function campaignGraph(id: string): CampaignGraph | undefined {
  const total = campaigns().find((campaign) => campaign.id === id)?.accounts
  if (total === undefined) return undefined
  const groups = total > 5_000 ? 23 : total > 300 ? 6 : 3
  const weights = Array.from({ length: groups }, (_, index) => 1 / (1 + index * 0.55))
  const sum = weights.reduce((all, weight) => all + weight, 0)
  const communities: CampaignGraph['communities'] = []
  const names: string[] = []
  const [x, y, community, exchanges]: [number[], number[], number[], number[]] = [[], [], [], []]
  const radius = (size: number): number => Math.sqrt(size / total) * 2_300 + 60
  const around = weights.reduce((all, weight) => all + radius((total * weight) / sum) + 60, 0)
  let angle = 0
  for (const [group, weight] of weights.entries()) {
    const size = group === groups - 1 ? total - names.length : Math.round((total * weight) / sum)
    const r = radius(size)
    const part = ((r + 60) / around) * Math.PI
    angle += part
    const [cx, cy] = [5_000 + Math.cos(angle) * 3_500, 5_000 + Math.sin(angle) * 3_500]
    angle += part
    communities.push({
      label: `community ${group + 1}`,
      accounts: size,
      x: Math.round(cx),
      y: Math.round(cy),
      r: Math.round(r),
    })
    for (let seed = 0; seed < size; seed++) {
      const away = Math.sqrt((seed + 0.5) / size) * r
      const turn = seed * 2.399963
      exchanges.push(300 + ((names.length * 37) % 800))
      names.push(accountName(names.length))
      x.push(Math.round(cx + Math.cos(turn) * away))
      y.push(Math.round(cy + Math.sin(turn) * away))
      community.push(group)
    }
  }
  const next = random(11)
  const kinds = ['card', 'network', 'client', 'template'] as const
  const nodes = Array.from({ length: Math.min(40, groups * 4) }, (_, index) => {
    const shared = Math.max(3, Math.round((total * 0.12) / (1 + index)))
    const home = Math.floor(next() * groups)
    const members = Array.from({ length: shared }, () => Math.floor(next() * total)).filter(
      (account) => community[account] === home || next() < 0.3,
    )
    return {
      kind: kinds[index % 4] ?? 'card',
      value: index === 5 ? HOSTILE : `${(0xa31f + index * 9973).toString(16)}`,
      shared,
      x: Math.round(5_000 + Math.cos(index * 2.4) * Math.sqrt(index + 0.5) * 190),
      y: Math.round(5_000 + Math.sin(index * 2.4) * Math.sqrt(index + 0.5) * 190),
      accounts: [...new Set(members)],
    }
  })
  return {
    id,
    shown: total,
    total,
    names,
    x,
    y,
    community,
    exchanges,
    communities,
    nodes,
    nodesTotal: groups * 52,
    hasLinks: true,
  }
}

export function campaignAccounts(id: string): readonly CampaignAccount[] {
  const total = campaigns().find((campaign) => campaign.id === id)?.accounts ?? 0
  return Array.from({ length: total }, (_, index) => ({
    account: accountName(index),
    exchanges: 1_200 - Math.round((index / Math.max(1, total)) * 900),
    outputTokens: (1_200 - Math.round((index / Math.max(1, total)) * 900)) * 1_870,
    first: NOW - 18 * DAY + (index % 97) * HOUR,
    last: NOW - (index % 31) * HOUR,
    created: NOW - 40 * DAY + (index % 300) * HOUR,
    community: index % 23,
    standing: id === ids[1] ? 'slowed' : 'clear',
    isAllowed: index === 7,
  }))
}

export function lookalikes(): readonly Lookalike[] {
  return [
    {
      kind: 'fans',
      title: 'strangers who use one tool',
      accounts: 219,
      exchanges: 18_220,
      summary:
        'what they share is a system prompt, as users of one tool do; their prompts have nothing in common and keep people’s hours',
      examples: [accountName(31_001)],
    },
    {
      kind: 'class',
      title: 'a class or course',
      accounts: 96,
      exchanges: 4_031,
      summary: '100 % sit at one address; 100 % began on the same day',
      examples: [accountName(31_002)],
    },
    {
      kind: 'batch',
      title: 'a batch job',
      accounts: 43,
      exchanges: 40_112,
      summary: '51 % did all their work in one go, on 10 different days',
      examples: [accountName(31_003)],
    },
  ]
}

const models = ['opus-5', 'sonnet-5', 'gpt-6-mini', 'llama-4-70b'] as const

export function act(index: number): Act {
  const next = random(index * 31 + 7)
  const roll = next()
  const isAgent = index % 5 === 3
  const action = isAgent
    ? roll < 0.06
      ? 'deny'
      : roll < 0.1
        ? 'ask'
        : roll < 0.14
          ? 'redact'
          : 'allow'
    : roll < 0.04
      ? 'deny'
      : roll < 0.16
        ? 'throttle'
        : 'allow'
  const rule = {
    deny: isAgent ? 'no-remote-shells' : 'rates.account',
    ask: 'ask-before-untrusted-recipient',
    redact: 'no-secrets-out',
    throttle: 'standing.slowed',
    allow: undefined,
  }[action]
  return {
    seq: 400_000 - index,
    id: `d_${(91_000_000 - index * 13).toString(36)}`,
    ts: NOW - index * 4_300,
    side: isAgent ? 'agent' : 'model',
    kind: isAgent ? ((['call', 'result', 'command'] as const)[index % 3] ?? 'call') : 'chat/completions',
    name: isAgent
      ? ((['mail.send', 'web.fetch', 'bash'] as const)[index % 3] ?? 'bash')
      : (models[index % 4] ?? 'opus-5'),
    tenant: index % 7 === 0 ? 'acme' : 'default',
    account: accountName(index % 900),
    ...(isAgent ? { agent: 'release-bot', session: `s_${(index % 6) + 1}` } : {}),
    action,
    ...(rule === undefined ? {} : { rule }),
    isEnforced: true,
    ...(action === 'throttle' ? { standing: 'slowed' } : {}),
    outcome: action === 'deny' ? 'refused' : 'answered',
    status: action === 'deny' ? (isAgent ? 403 : 429) : 200,
    ...(isAgent
      ? {}
      : { inputTokens: 200 + (index % 900), outputTokens: action === 'deny' ? 0 : 900 + (index % 1_700) }),
    ms: action === 'throttle' ? 4_000 + next() * 1_800 : 300 + next() * 2_600,
  }
}

export function actDetail(id: string): ActDetail {
  const index = Math.max(0, Math.round((91_000_000 - Number.parseInt(id.slice(2), 36)) / 13))
  const row = act(Number.isFinite(index) ? index : 0)
  return {
    ...row,
    id,
    story:
      row.action === 'deny'
        ? `Denied by ${row.rule}: more requests in a minute than the account may make.`
        : row.action === 'throttle'
          ? 'The account is slowed by m_8c1f20be44, so the answer waited 4 s. It was answered after that.'
          : 'Nothing spoke against it, so it was allowed.',
    findings:
      row.side === 'agent' && row.action !== 'allow'
        ? [
            {
              detector: 'flow',
              fact: 'flow.untrusted-recipient',
              severity: 'high',
              summary: `the recipient stands only in what web.fetch returned: ${HOSTILE}`,
            },
          ]
        : [],
    entries: [
      {
        seq: row.seq,
        kind: 'exchange',
        entry: {
          kind: 'exchange',
          id,
          ts: row.ts,
          tenant: row.tenant,
          account: row.account,
          key: 'k_81af',
          ip: '203.0.113.7',
          asn: 64_512,
          ua: 'python-httpx/0.27',
          protocol: 'openai',
          endpoint: row.kind,
          model: row.name,
          max_tokens: 4_096,
          decision: { action: row.action, rule: row.rule },
        },
      },
      {
        seq: row.seq + 1,
        kind: 'completion',
        entry: {
          kind: 'completion',
          id,
          ts: row.ts + 1_200,
          status: row.status,
          outcome: row.outcome,
          upstream: 'local',
          ms: row.ms,
          bytes: 8_123,
          output_tokens: row.outputTokens,
        },
      },
    ],
    proof: {
      seq: row.seq,
      segment: '000000000000.ledger',
      blockOffset: 18_220_112,
      blockHash: hex(row.seq),
      previousHash: hex(row.seq + 1),
      blockFirstSeq: row.seq - 12,
      blockRecords: 64,
      entryHash: hex(row.seq + 2),
      holds: true,
      checkpoint: {
        seq: row.seq + 311,
        head: hex(row.seq + 3),
        ts: row.ts + 60_000,
        key: 'ed25519:9f2c41',
        signature: hex(3),
        holds: true,
      },
      blocksToCheckpoint: 6,
    },
    ...(row.side === 'model' ? { campaign: { id: 'c_0cli3nh', score: 0.999 } } : {}),
  }
}

function hex(seed: number): string {
  const next = random(seed)
  return Array.from({ length: 8 }, () =>
    Math.floor(next() * 2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  ).join('')
}

export function accountDetail(account: string): AccountDetail {
  return {
    account,
    tenant: 'default',
    acts: 1_207,
    denied: 12,
    inputTokens: 400_211,
    outputTokens: 2_144_090,
    first: NOW - 18 * DAY,
    last: NOW - 2 * HOUR,
    standing: 'slowed',
    isAllowed: false,
    campaign: 'c_0cli3nh',
    campaigns: [{ id: 'c_0cli3nh', score: 0.999, state: 'open', objective: 'reasoning' }],
    lookalikes: [],
    measures: [
      {
        id: 'm_8c1f20be44',
        standing: 'slowed',
        state: 'in force',
        reason: 'case 17',
        author: 'mira',
        created: NOW - DAY,
        expires: NOW + 6 * DAY,
      },
    ],
    keys: [{ id: 'k_81af', state: 'valid', created: NOW - 40 * DAY }],
    seen: {
      models: [
        { name: 'opus-5', acts: 1_100 },
        { name: 'sonnet-5', acts: 107 },
      ],
      addresses: [
        { name: '203.0.113.7', acts: 800 },
        { name: '198.51.100.23', acts: 407 },
      ],
      clients: [{ name: `python-httpx/0.27 ${HOSTILE}`, acts: 1_207 }],
    },
    daily: daily(2, 18),
    inFindings: {
      exchanges: 691,
      outputTokens: 1_292_170,
      first: NOW - 18 * DAY,
      last: NOW - HOUR,
      sharedWith: [{ kind: 'card', value: 'pm_3c91d0e2', accounts: 504 }],
    },
  }
}
