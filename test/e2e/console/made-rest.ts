import { nextSteps } from '../../../src/doors/admin/api/next-steps.ts'
import type {
  LedgerEntry,
  LedgerStatus,
  LedgerVerification,
} from '../../../src/doors/admin/api/shapes/ledger.ts'
import type { Me, Overview } from '../../../src/doors/admin/api/shapes/overview.ts'
import type { AlertRoute, Key, Settings, Tenant, User } from '../../../src/doors/admin/api/shapes/settings.ts'
import { accountName, act, campaigns, NOW, random } from './made.ts'

const DAY = 86_400_000

export const me: Me = {
  name: 'mira',
  role: 'owner',
  tenant: null,
  mode: 'enforce',
  via: 'password',
  csrf: 'csrf-of-the-fixture',
  version: '0.1.0',
}

export function overview(hours: number): Overview {
  const next = random(hours)
  const steps = hours === 1 ? 60 : hours === 24 ? 48 : 84
  const wave = (size: number): number[] =>
    Array.from({ length: steps }, (_, index) =>
      Math.round(size * (1 + 0.5 * Math.sin(index / 6)) * (0.7 + next() * 0.6)),
    )
  const [allowed, altered, denied] = [wave(5_200), wave(410), wave(64)]
  const sum = (values: number[]): number => values.reduce((all, value) => all + value, 0)
  const all = campaigns()
  const of = (state: string): number => all.filter((campaign) => campaign.state === state).length
  const side = (part: number): Overview['model'] => ({
    acts: Math.round((sum(allowed) + sum(altered) + sum(denied)) * part),
    allowed: Math.round(sum(allowed) * part),
    altered: Math.round(sum(altered) * part),
    denied: Math.round(sum(denied) * part),
    observed: 0,
  })
  return {
    now: NOW,
    mode: 'enforce',
    from: NOW - hours * 3_600_000,
    model: side(0.92),
    agent: side(0.08),
    chart: {
      from: NOW - hours * 3_600_000,
      stepMs: Math.round((hours * 3_600_000) / steps),
      allowed,
      altered,
      denied,
    },
    campaigns: {
      open: of('open'),
      confirmed: of('confirmed'),
      watching: of('watching'),
      benign: of('benign'),
      accounts: 25_107,
      top: all.slice(0, 5),
    },
    waiting: { approvals: 1, proposals: 1 },
    measures: { inForce: 1, accounts: 599, endingSoon: 0 },
    notable: Array.from({ length: 400 }, (_, index) => act(index))
      .filter(({ action }) => action !== 'allow')
      .slice(0, 8),
    ledger: { health: 'well', entries: 4_120_331, behind: 0, lastCheckpoint: NOW - 41_000 },
    upstreams: [
      { name: 'local', state: 'up' },
      { name: 'openai', state: 'up' },
    ],
    watch: {
      isRunning: true,
      behind: 0,
      missed: 0,
      findingsAt: NOW - 240_000,
      source: 'the gate’s own traffic',
      exchanges: 17_920_411,
      accounts: 68_112,
    },
    nextSteps: [],
  }
}

export const emptyOverview: Overview = {
  now: NOW,
  mode: 'observe',
  from: NOW - DAY,
  model: { acts: 0, allowed: 0, altered: 0, denied: 0, observed: 0 },
  agent: { acts: 0, allowed: 0, altered: 0, denied: 0, observed: 0 },
  chart: {
    from: NOW - DAY,
    stepMs: 1_800_000,
    allowed: Array(48).fill(0),
    altered: Array(48).fill(0),
    denied: Array(48).fill(0),
  },
  campaigns: { open: 0, confirmed: 0, watching: 0, benign: 0, accounts: 0, top: [] },
  waiting: { approvals: 0, proposals: 0 },
  measures: { inForce: 0, accounts: 0, endingSoon: 0 },
  notable: [],
  ledger: { health: 'well', entries: 1, behind: 0 },
  upstreams: [],
  watch: { isRunning: true, behind: 0, missed: 0, exchanges: 0, accounts: 0 },
  nextSteps: nextSteps(
    { listen: { host: '127.0.0.1', port: 8080 }, mode: 'observe' },
    { hasActs: false, hasAgents: false, hasFindings: false, hasUsers: false },
  ),
}

export function ledgerEntries(): readonly LedgerEntry[] {
  return Array.from({ length: 1_000 }, (_, index): LedgerEntry => {
    const row = act(index)
    if (index % 9 === 4)
      return {
        seq: row.seq,
        ts: row.ts,
        kind: 'measure',
        subject: 'm_8c1f20be44',
        author: 'mira',
        summary: 'slowed 599 accounts of c_13n3zho: case 17',
      }
    if (index % 9 === 7)
      return {
        seq: row.seq,
        ts: row.ts,
        kind: 'audit',
        subject: accountName(3),
        author: 'jon',
        summary: 'read 10 prompts: case 17',
      }
    return {
      seq: row.seq,
      ts: row.ts,
      kind: index % 2 === 0 ? 'exchange' : 'completion',
      subject: row.account,
      summary: `${row.name}: ${row.action}${row.rule ? ` by ${row.rule}` : ''}`,
    }
  })
}

export const ledgerStatus: LedgerStatus = {
  health: 'well',
  entries: 4_120_331,
  bytes: 1_204_887_211,
  segments: 19,
  firstSeq: 1,
  lastSeq: 4_120_331,
  indexed: 1,
  publicKey:
    '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n',
  keyId: 'ed25519:9f2c41',
  kinds: [
    { kind: 'exchange', entries: 2_059_800 },
    { kind: 'completion', entries: 2_059_122 },
    { kind: 'measure', entries: 9 },
    { kind: 'audit', entries: 1_400 },
  ],
}

export const verification: LedgerVerification = {
  holds: true,
  segments: 19,
  blocks: 61_002,
  records: 4_120_331,
  checkpoints: 4_402,
  bytes: 1_204_887_211,
  firstSeq: 1,
  lastSeq: 4_120_331,
  unsignedRecords: 212,
  head: 'c1'.repeat(32),
  open: 3,
  seconds: 6.2,
  publicKey: ledgerStatus.publicKey,
  problems: [],
}

export const settings: Settings = {
  mode: 'enforce',
  version: '0.1.0',
  store: '/var/lib/portcullis',
  configFile: '/etc/portcullis.yaml',
  listen: '127.0.0.1:8080',
  console: '127.0.0.1:8081',
  upstreams: [
    {
      name: 'local',
      protocol: 'openai',
      url: 'http://127.0.0.1:9000/v1',
      models: ['llama-*'],
      isLocal: true,
    },
    {
      name: 'openai',
      protocol: 'openai',
      url: 'https://api.openai.example/v1',
      models: ['*'],
      isLocal: false,
    },
  ],
  watch: { isEnabled: true, standing: 'slowed', scoreMin: 0.95, days: 7 },
  twoPersonRule: 'severe',
  publicKey: ledgerStatus.publicKey,
}

export const keys: readonly Key[] = [
  {
    id: 'k_81af',
    account: 'acct-7',
    tenant: 'default',
    labels: [],
    models: ['*'],
    created: NOW - 40 * DAY,
    state: 'valid',
    from: 'store',
  },
  {
    id: 'k_0b2c',
    account: 'acct-2',
    tenant: 'acme',
    labels: ['patients'],
    models: ['llama-*'],
    created: NOW - 90 * DAY,
    expires: NOW + 30 * DAY,
    state: 'valid',
    from: 'store',
  },
  {
    id: 'k_77d1',
    account: 'acct-9',
    tenant: 'default',
    labels: [],
    models: ['*'],
    created: NOW - 200 * DAY,
    state: 'revoked',
    from: 'store',
  },
  {
    id: 'static-1',
    account: 'acct-example',
    tenant: 'default',
    labels: [],
    models: ['*'],
    created: NOW - 200 * DAY,
    state: 'valid',
    from: 'config',
  },
]
export const users: readonly User[] = [
  {
    id: 'u_1',
    name: 'mira',
    role: 'owner',
    tenant: null,
    via: 'password',
    created: NOW - 60 * DAY,
    lastSeen: NOW - 60_000,
    isDisabled: false,
  },
  {
    id: 'u_2',
    name: 'jon',
    role: 'operator',
    tenant: null,
    via: 'oidc',
    created: NOW - 50 * DAY,
    lastSeen: NOW - DAY,
    isDisabled: false,
  },
  {
    id: 'u_3',
    name: 'acme-analyst',
    role: 'analyst',
    tenant: 'acme',
    via: 'password',
    created: NOW - 20 * DAY,
    isDisabled: true,
  },
]
export const tenants: readonly Tenant[] = [
  { tenant: 'default', accounts: 67_001, keys: 41, users: 2, acts: 3_911_020 },
  { tenant: 'acme', accounts: 1_111, keys: 4, users: 1, acts: 209_311 },
]
export const routes: readonly AlertRoute[] = [
  {
    id: 'r_1',
    name: 'on call',
    isOn: true,
    scoreMin: 0.95,
    target: { kind: 'slack', url: 'https://hooks.slack.example/T1/B2', channel: '#abuse' },
    hasSecret: true,
    lastSent: NOW - 3_600_000,
    sent: 14,
  },
  {
    id: 'r_2',
    name: 'siem',
    isOn: true,
    scoreMin: 0.9,
    target: { kind: 'syslog', host: 'siem.example', port: 6_514, transport: 'tls' },
    hasSecret: false,
    lastFailure: 'connection refused',
    sent: 0,
  },
]
