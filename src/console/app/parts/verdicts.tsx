import type { JSX } from 'preact'
import type { PolicyDetail } from '../../../doors/admin/api/shapes/policies.ts'
import { count, duration } from '../figures.ts'
import { Tag, Time } from './small.tsx'
import { Untrusted } from './untrusted.tsx'

type PolicyProof = NonNullable<PolicyDetail['proof']>

/** What holds in every state a policy can come to, and for what does not, the steps that lead there as a story. */
export function Verdicts({ proof }: { proof: PolicyProof }): JSX.Element {
  const broken = proof.verdicts.filter(({ verdict }) => verdict === 'violated').length
  return (
    <div>
      <p class="quiet">
        {count(proof.verdicts.length)} properties
        {broken > 0 && <span class="bad">, {count(broken)} violated</span>}, checked <Time ts={proof.ran} />{' '}
        in {duration(proof.seconds * 1_000)}.
      </p>
      <ul class="verdicts panel">
        {proof.verdicts.map(({ property, title, verdict, vacuous, states, story }) => (
          <li key={property}>
            <div class="verdict">
              <Tag in="states" of={verdict} />
              <span>
                <b>{title}</b> <code class="quiet">{property}</code>
                {vacuous && <span class="warn"> Holds only because nothing it speaks of can happen.</span>}
              </span>
              <span class="number quiet">{states !== undefined && `${count(states)} states`}</span>
            </div>
            {story && story.length > 0 && (
              <ol class="trace">
                {story.map((line, index) => (
                  <li key={index}>
                    <Untrusted text={line} max={400} />
                  </li>
                ))}
              </ol>
            )}
          </li>
        ))}
      </ul>
    </div>
  )
}
