import * as v from 'valibot'
import { readPrompts } from '../../jobs/read-prompts.ts'
import { type ApiParts, startJob } from '../parts.ts'
import { notFound } from '../problems.ts'
import { moment, text } from '../queries.ts'
import { list, type Route, route } from '../route.ts'
import type { Account, AccountDetail } from '../shapes/acts.ts'
import { account, accountDetail, act, actDetail, revealPrompts } from '../shapes/acts.ts'
import { job } from '../shapes/common.ts'
import { keyState } from './key-routes.ts'

export function actRoutes(parts: ApiParts): readonly Route[] {
  const { reader } = parts
  return [
    list({
      ...{ path: '/api/acts', role: 'viewer', scope: 'tenant', tag: 'acts' },
      summary: 'Acts of both sides, newest first',
      filters: {
        side: v.optional(v.picklist(['model', 'agent', 'refusal'])),
        action: v.optional(v.picklist(['allow', 'throttle', 'redact', 'ask', 'deny'])),
        account: text,
        session: text,
        rule: text,
        q: text,
        from: moment,
        to: moment,
      },
      item: act,
      handle: ({ query, tenant }) => reader.ask('acts', { ...query, tenant }),
    }),
    route({
      ...{ method: 'GET', path: '/api/acts/:id', role: 'viewer', scope: 'tenant', tag: 'acts' },
      summary: 'One act by its decision id or ledger number: decision, findings, entries and ledger proof',
      answer: actDetail,
      handle: async ({ params, tenant }) => {
        const found = await reader.ask('act', params.id ?? '', tenant)
        if (found === undefined) throw notFound('such act')
        return found
      },
    }),
    ...accountRoutes(parts),
  ]
}

function accountRoutes(parts: ApiParts): readonly Route[] {
  const { reader } = parts
  return [
    list<{ q: typeof text; sort: typeof accountSort }, Account>({
      ...{ path: '/api/accounts', role: 'viewer', scope: 'tenant', tag: 'accounts' },
      summary: 'Accounts that acted through this gate',
      filters: { q: text, sort: accountSort },
      item: account,
      handle: ({ query, tenant }) => reader.ask('accounts', { ...query, tenant }),
    }),
    route({
      ...{ method: 'GET', path: '/api/accounts/:account', role: 'viewer', scope: 'tenant', tag: 'accounts' },
      summary: 'One account: what it did, what it is part of, what is in force against it',
      answer: accountDetail,
      handle: async ({ params, tenant }): Promise<AccountDetail> => {
        const name = params.account ?? ''
        const found = await reader.ask('account', name, tenant)
        if (found === undefined) throw notFound('such account, neither in the ledger nor in the findings')
        const keys = parts.keys.list().filter((key) => key.account === name)
        return {
          ...found,
          keys: keys.map((key) => ({ id: key.id, state: keyState(key, parts.now()), created: key.created })),
        }
      },
    }),
    route({
      ...{ method: 'POST', path: '/api/accounts/:account/prompts', role: 'analyst', tag: 'accounts' },
      summary: 'Read what an account wrote, from the logs in the store; recorded with name and reason',
      body: revealPrompts,
      answer: job,
      handle: async ({ who, params, body: { reason, limit } }) => {
        const name = params.account ?? ''
        await parts.audit(who, 'prompts.reveal', name, reason)
        return startJob(parts, who, 'prompts', () => readPrompts(parts.config().store, name, limit))
      },
    }),
  ]
}

const accountSort = v.optional(v.picklist(['last', 'acts', 'denied']), 'last')
