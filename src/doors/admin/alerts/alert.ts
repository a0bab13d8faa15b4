import type { CampaignSummary } from '../api/shapes/campaigns.ts'

/** What is told about a campaign, and which telling of it this is. */
export type Alert = {
  readonly event: 'campaign' | 'test'
  readonly revision: number
  readonly at: number
  readonly campaign: Pick<
    CampaignSummary,
    | 'id'
    | 'score'
    | 'state'
    | 'objective'
    | 'accounts'
    | 'exchanges'
    | 'first'
    | 'last'
    | 'flaggedAt'
    | 'headline'
  >
}

/** How a channel finds the message again that it is to bring up to date. */
export type MessageRef = { readonly id: string; readonly channel?: string | undefined }

export type Delivered = { readonly ref: MessageRef; readonly detail: string }

export function alertTitle({ event, campaign }: Alert): string {
  if (event === 'test') return 'Portcullis: a test of this alert route'
  const { id, accounts, score } = campaign
  return `Portcullis: campaign ${id}, ${accounts.toLocaleString('en')} accounts, ${percent(score)}`
}

export function alertText(alert: Alert): string {
  const { campaign, event } = alert
  if (event === 'test') return 'If you read this, campaigns will be told here.'
  const lines = [
    `${campaign.accounts.toLocaleString('en')} accounts made ${campaign.exchanges.toLocaleString('en')} exchanges as if they were one (${campaign.objective}). Score ${percent(campaign.score)}, state ${campaign.state}.`,
    ...campaign.headline.map((line) => `- ${line}`),
    `From ${new Date(campaign.first).toISOString()} to ${new Date(campaign.last).toISOString()}.`,
  ]
  return lines.join('\n')
}

function percent(share: number): string {
  return `${Math.min(99.9, share * 100).toFixed(1)} %`
}

/** For tests of a route: made up, and marked as such. */
export function testAlert(now: number): Alert {
  return {
    event: 'test',
    revision: 1,
    at: now,
    campaign: {
      ...{ id: 'c_test', score: 0, state: 'open', objective: 'other', accounts: 0, exchanges: 0 },
      ...{ first: now, last: now, flaggedAt: now, headline: [] },
    },
  }
}
