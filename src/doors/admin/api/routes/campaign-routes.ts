import { randomBytes } from 'node:crypto'
import * as v from 'valibot'
import type { Who } from '../../people/who.ts'
import { accountSorts, campaignSorts } from '../../read/campaigns.ts'
import { changeText } from '../../read/change-note.ts'
import type { ChangeDetail } from '../../state/change-store.ts'
import { type ApiParts, settle } from '../parts.ts'
import { ApiProblem, notFound } from '../problems.ts'
import { text, whole } from '../queries.ts'
import { list, type Route, route, Sent } from '../route.ts'
import {
  campaignAccount,
  campaignDetail,
  campaignGraph,
  campaignState,
  campaignSummary,
  lookalike,
  mergeCampaigns,
  setState,
  splitCampaign,
  undo,
} from '../shapes/campaigns.ts'
import { type Done, done } from '../shapes/common.ts'

const ID_BYTES = 4

export function campaignRoutes(parts: ApiParts): readonly Route[] {
  return [...readingRoutes(parts), ...changingRoutes(parts)]
}

function readingRoutes({ reader }: ApiParts): readonly Route[] {
  return [
    list({
      ...{ path: '/api/campaigns', role: 'viewer', tag: 'campaigns' },
      summary: 'Campaigns, worst first',
      filters: {
        state: v.optional(campaignState),
        q: text,
        sort: v.optional(v.picklist(campaignSorts), 'score'),
      },
      item: campaignSummary,
      handle: ({ query }) => reader.ask('campaigns', query),
    }),
    route({
      ...{ method: 'GET', path: '/api/campaigns/:id', role: 'viewer', tag: 'campaigns' },
      summary: 'One campaign: why it was raised, what speaks against it, what happened and what was done',
      answer: campaignDetail,
      handle: async ({ params }) => {
        const found = await reader.ask('campaign', params.id ?? '')
        if (found === undefined) throw notFound('such campaign')
        return found
      },
    }),
    route({
      ...{ method: 'GET', path: '/api/campaigns/:id/graph', role: 'viewer', tag: 'campaigns' },
      summary: 'Its accounts in communities and what they share, laid out, in columns',
      answer: campaignGraph,
      handle: async ({ params, request }) => {
        const isGzip = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
        const bytes = await reader.askBytes(isGzip ? 'gzip' : 'json', 'graph', params.id ?? '')
        if (bytes === undefined) throw notFound('such campaign')
        return Sent.json(bytes, isGzip)
      },
    }),
    list({
      ...{ path: '/api/campaigns/:id/accounts', role: 'viewer', tag: 'campaigns' },
      summary: 'Its accounts',
      filters: {
        q: text,
        community: v.optional(whole),
        sort: v.optional(v.picklist(accountSorts), 'exchanges'),
      },
      item: campaignAccount,
      handle: async ({ params, query }) => {
        const found = await reader.ask('campaignAccounts', params.id ?? '', query)
        if (found === undefined) throw notFound('such campaign')
        return found
      },
    }),
    list({
      ...{ path: '/api/lookalikes', role: 'viewer', tag: 'campaigns' },
      summary: 'Groups that look like a campaign and are something else',
      filters: {},
      item: lookalike,
      handle: ({ query }) => reader.ask('lookalikes', query),
    }),
  ]
}

function changingRoutes(parts: ApiParts): readonly Route[] {
  const { reader, changes, now } = parts
  const change = async (who: Who, reason: string, detail: ChangeDetail): Promise<Done> => {
    await parts.audit(who, `campaign.${detail.kind}`, detail.campaign, `${changeText(detail)}: ${reason}`)
    const id = changes.add(detail, { author: who.name, reason }, now())
    await settle(parts)
    return { id: detail.kind === 'split' ? detail.part : detail.campaign, undo: `/api/changes/${id}/undo` }
  }
  const needed = async (id: string): Promise<string> => {
    const found = await reader.ask('campaign', id)
    if (found === undefined) throw notFound(`campaign ${id}`)
    return found.id
  }
  return [
    route({
      ...{ method: 'POST', path: '/api/campaigns/:id/state', role: 'analyst', tag: 'campaigns' },
      summary: 'Say what it is: open, confirmed, benign or watching',
      body: setState,
      answer: done,
      handle: async ({ who, params, body: { state, reason } }) =>
        change(who, reason, { kind: 'state', campaign: await needed(params.id ?? ''), state }),
    }),
    route({
      ...{ method: 'POST', path: '/api/campaigns/merge', role: 'analyst', tag: 'campaigns' },
      summary: 'Make several campaigns one',
      body: mergeCampaigns,
      answer: done,
      handle: async ({ who, body: { into, from, reason } }) => {
        const campaign = await needed(into)
        const others = await Promise.all(from.map(needed))
        if (others.includes(campaign))
          throw new ApiProblem('fields-wrong', 'A campaign cannot be merged into itself.')
        return await change(who, reason, { kind: 'merge', campaign, from: others })
      },
    }),
    route({
      ...{ method: 'POST', path: '/api/campaigns/:id/split', role: 'analyst', tag: 'campaigns' },
      summary: 'Make some of its accounts, or of its communities, a campaign of their own',
      body: splitCampaign,
      answer: done,
      handle: async ({ who, params, body: { accounts, communities, reason } }) => {
        const campaign = await needed(params.id ?? '')
        const all = new Set(await reader.ask('membersOf', campaign, undefined))
        const named = new Set([
          ...accounts,
          ...(communities.length === 0 ? [] : ((await reader.ask('membersOf', campaign, communities)) ?? [])),
        ])
        const taken = [...named].filter((account) => all.has(account))
        if (taken.length === 0 || taken.length === all.size)
          throw new ApiProblem('fields-wrong', 'Name some of its accounts, and not all of them.')
        const part = `${campaign}-${randomBytes(ID_BYTES).toString('hex')}`
        return await change(who, reason, { kind: 'split', campaign, part, accounts: taken })
      },
    }),
    ...undoingRoutes(parts),
  ]
}

function undoingRoutes(parts: ApiParts): readonly Route[] {
  const { changes, now } = parts
  return [
    route({
      ...{ method: 'POST', path: '/api/changes/:id/undo', role: 'analyst', tag: 'campaigns' },
      summary: 'Take back a state, a merge or a split',
      body: undo,
      answer: done,
      handle: async ({ who, params, body: { reason } }): Promise<Done> => {
        const found = changes.find(params.id ?? '')
        if (found === undefined) throw notFound('such change')
        if (found.undone !== undefined) throw new ApiProblem('state-conflict', 'It was taken back before.')
        const { campaign } = found.detail
        await parts.audit(who, 'change.undo', campaign, `taken back: ${changeText(found.detail)}: ${reason}`)
        changes.undo(found.id, who.name, now())
        await settle(parts)
        return { id: campaign }
      },
    }),
  ]
}
