import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import type { Done } from '../../../doors/admin/api/shapes/common.ts'
import type { PolicyDetail, PolicyValidation } from '../../../doors/admin/api/shapes/policies.ts'
import { post } from '../api/client.ts'
import { openReason } from '../parts/dialog.tsx'
import { failureText, say } from '../parts/notices.tsx'
import { Empty, Page } from '../parts/page.tsx'
import { follow, to } from '../route.ts'
import { may } from '../session.ts'

const TYPING_MS = 300

/** Text on the left, what is wrong with it beside it as one types. Saving makes a draft and changes nothing else. */
export function PolicyEditor({ from }: { from: PolicyDetail | undefined }): JSX.Element {
  const name = useSignal(from ? from.name : '')
  const text = useSignal(from?.text ?? '')
  const validation = useSignal<PolicyValidation | string | undefined>(undefined)
  useEffect(() => {
    validation.value = undefined
    if (text.value.trim() === '') return
    let isOver = false
    const timer = setTimeout(() => {
      post<PolicyValidation>('policies/validate', { text: text.value }).then(
        (answer) => {
          if (!isOver) validation.value = answer
        },
        (error: unknown) => {
          if (!isOver) validation.value = failureText(error)
        },
      )
    }, TYPING_MS)
    return () => {
      isOver = true
      clearTimeout(timer)
    }
  }, [text.value])
  if (!may('operator'))
    return (
      <Page title="New policy" trail={<a href="/policies">Policies</a>}>
        <Empty title="Operators write policies">You can read all of them, and what each would do.</Empty>
      </Page>
    )
  const isValid = typeof validation.value === 'object' && validation.value.isValid
  const save = (): void =>
    openReason({
      title: 'Save as a draft',
      verb: 'Save',
      children: <p>A draft decides nothing until it is staged and made active.</p>,
      onDo: async (reason) => {
        const { id } = await post<Done>('policies', { name: name.value.trim(), text: text.value, reason })
        say('Saved as a draft.')
        follow(to('policies', id))
      },
    })
  return (
    <Page
      title={from ? `New version of ${from.name}` : 'New policy'}
      trail={<a href="/policies">Policies</a>}
      actions={
        <button
          type="button"
          class="button main-action"
          disabled={!isValid || name.value.trim() === '' || text.value === from?.text}
          onClick={save}
        >
          Save draft…
        </button>
      }
    >
      <label class="field policy-name">
        <span>Name (lower-case letters, digits, dots and dashes)</span>
        <input type="text" value={name.value} onInput={(event) => (name.value = event.currentTarget.value)} />
      </label>
      <div class="editor">
        <label class="field">
          <span>Policy (YAML)</span>
          <textarea
            class="code"
            rows={28}
            spellcheck={false}
            wrap="off"
            value={text.value}
            onInput={(event) => (text.value = event.currentTarget.value)}
          />
        </label>
        <div class="field" aria-live="polite">
          <span>What is wrong with it</span>
          <Problems validation={validation.value} isEmpty={text.value.trim() === ''} />
        </div>
      </div>
    </Page>
  )
}

function Problems(props: {
  validation: PolicyValidation | string | undefined
  isEmpty: boolean
}): JSX.Element {
  const { validation, isEmpty } = props
  if (isEmpty) return <p class="quiet">Nothing is written yet. The built-in policies are a start.</p>
  if (validation === undefined) return <p class="quiet">Reading…</p>
  if (typeof validation === 'string') return <p class="bad">{validation}</p>
  if (validation.isValid) return <p class="good">✓ Nothing: it can be read.</p>
  return (
    <ol class="problems">
      {validation.problems.map(({ line, column, field, problem }) => (
        <li key={`${line} ${field} ${problem}`}>
          {line !== undefined && (
            <b>
              line {line}
              {column !== undefined && `:${column}`}
            </b>
          )}{' '}
          {field && <code>{field}</code>} {problem}
        </li>
      ))}
    </ol>
  )
}
