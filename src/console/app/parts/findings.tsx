import type { JSX } from 'preact'
import type { ActDetail } from '../../../doors/admin/api/shapes/acts.ts'
import { Tag } from './small.tsx'
import { Untrusted } from './untrusted.tsx'

/** What detectors saw, the gravest first. */
export function Findings({ of: findings }: { of: ActDetail['findings'] }): JSX.Element {
  if (findings.length === 0) return <p class="quiet">No detector saw anything.</p>
  return (
    <ul class="findings">
      {findings.map(({ detector, fact, severity, summary }) => (
        <li key={`${fact} ${summary}`}>
          <Tag in="severities" of={severity} />
          <span>
            <Untrusted text={summary} max={400} />{' '}
            <span class="quiet">
              {detector}, <code>{fact}</code>
            </span>
          </span>
        </li>
      ))}
    </ul>
  )
}
