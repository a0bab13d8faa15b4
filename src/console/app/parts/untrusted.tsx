// Text that an attacker may have written is shown as text and nothing else: no markup, no links, every control,
// bidirectional and invisible character as a mark one can see, and never more of it at once than a page can bear.
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { visibleParts } from '../../../kernel/visible.ts'
import { count } from '../figures.ts'
import { to } from '../route.ts'

const BLOCK_CHARACTERS = 4_000
const INLINE_CHARACTERS = 200

/** A word or a line. What is cut is said in the title. */
export function Untrusted({ text, max = INLINE_CHARACTERS }: { text: string; max?: number }): JSX.Element {
  const isCut = text.length > max
  return (
    <bdi class="foreign-inline" title={isCut ? `${count(text.length)} characters` : undefined}>
      {marked(isCut ? whole(text, max) : text)}
      {isCut && '…'}
    </bdi>
  )
}

/** The name of an account, session, campaign or measure, on the way to its page. */
export function IdLink({
  at,
  id,
  max = INLINE_CHARACTERS,
}: {
  at: string
  id: string
  max?: number
}): JSX.Element {
  return (
    <a class="id" href={to(at, id)}>
      <Untrusted text={id} max={max} />
    </a>
  )
}

/** A passage, in a box of its own that scrolls; a long one is shown piece by piece. */
export function UntrustedBlock({ text, label }: { text: string; label: string }): JSX.Element {
  const shown = useSignal(BLOCK_CHARACTERS)
  const rest = text.length - shown.value
  return (
    <div>
      <pre class="foreign" tabIndex={0} role="region" aria-label={label} dir="auto">
        {marked(whole(text, shown.value))}
      </pre>
      {rest > 0 && (
        <p class="small quiet">
          {count(shown.value)} of {count(text.length)} characters.{' '}
          <button type="button" class="link-button" onClick={() => (shown.value += BLOCK_CHARACTERS * 4)}>
            Show more
          </button>
        </p>
      )}
    </div>
  )
}

/** A campaign's template: what fewer than eight accounts used is masked as an ellipsis and looks it. */
export function Template({ text }: { text: string }): JSX.Element {
  return (
    <span class="foreign">
      {whole(text, BLOCK_CHARACTERS)
        .split('…')
        .map((piece, index) => (
          <span key={index}>
            {index > 0 && (
              <span class="mask" title="masked: fewer than eight accounts used these words">
                …
              </span>
            )}
            {marked(piece)}
          </span>
        ))}
    </span>
  )
}

function marked(text: string): JSX.Element[] {
  return visibleParts(text).map((part, index) =>
    part.isMark ? (
      <span key={index} class="mark">
        {part.text}
      </span>
    ) : (
      <span key={index}>{part.text}</span>
    ),
  )
}

/** Not between the halves of a pair. */
function whole(text: string, max: number): string {
  const end = text.charCodeAt(max - 1)
  return text.slice(0, end >= 0xd800 && end < 0xdc00 ? max - 1 : max)
}
