import type { JSX } from 'preact'
import { entries } from './entries.ts'
import { closeDialog, Dialog, openDialog } from './parts/dialog.tsx'

const keys: readonly (readonly [keys: readonly string[], what: string])[] = [
  [['/'], 'search campaigns, accounts and acts'],
  [['j', 'k'], 'down and up in a list'],
  [['Enter'], 'open what is chosen'],
  [['u'], 'back'],
  [['?'], 'this'],
]

const words: readonly (readonly [word: string, meaning: string])[] = [
  ['act', 'one thing that crosses the gate: an exchange with a model, or what an agent does'],
  ['finding', 'what a detector saw in one act'],
  ['decision', 'what the gate did with it: allow, throttle, redact, ask, deny'],
  ['campaign', 'accounts that act as one, with the reasons for saying so'],
  ['score', 'how likely it is one, after every benign explanation was weighed'],
  ['standing', 'what the gate thinks of an account, from clear to quarantined'],
  ['countermeasure', 'a standing given to accounts, by somebody, for a reason; it ends or is undone'],
  ['ledger', 'the signed, chained record of every decision'],
]

export function openHelp(): void {
  openDialog(Help)
}

function Help(): JSX.Element {
  return (
    <Dialog
      title="Keys and words"
      isBroad
      footer={
        <button type="button" class="button" onClick={closeDialog}>
          Close
        </button>
      }
    >
      <div class="help">
        <dl class="pairs">
          {keys.map(([pressed, what]) => (
            <div key={what} class="pair">
              <dt>
                {pressed.map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
          {entries.map(({ id, label, key }) => (
            <div key={id} class="pair">
              <dt>
                <kbd>g</kbd> <kbd>{key}</kbd>
              </dt>
              <dd>{label}</dd>
            </div>
          ))}
        </dl>
        <dl class="pairs words">
          {words.map(([word, meaning]) => (
            <div key={word} class="pair">
              <dt>{word}</dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </div>
    </Dialog>
  )
}
