import { unreachable } from '../../../kernel/unreachable.ts'
import type { CampaignDetail } from '../api/shapes/campaigns.ts'
import type { Change, ChangeDetail } from '../state/change-store.ts'
import { compact } from './acts.ts'

export function changeNote({
  id,
  ts,
  detail,
  author,
  reason,
  undone,
  undoneBy,
}: Change): CampaignDetail['changes'][number] {
  return compact({ id, ts, kind: detail.kind, summary: changeText(detail), author, reason, undone, undoneBy })
}

export function changeText(detail: ChangeDetail): string {
  switch (detail.kind) {
    case 'state':
      return `marked ${detail.state}`
    case 'merge':
      return `${detail.from.join(', ')} merged into it`
    case 'split':
      return `${detail.accounts.length.toLocaleString('en')} accounts split off as ${detail.part}`
    default:
      return unreachable(detail)
  }
}
