import type { JSX } from 'preact'
import type {
  LedgerEntry,
  LedgerEntryDetail,
  LedgerStatus,
  LedgerVerification,
} from '../../../doors/admin/api/shapes/ledger.ts'
import { apiUrl } from '../api/client.ts'
import { useJob } from '../api/job.ts'
import { listPath, usePages } from '../api/pages.ts'
import { useResource } from '../api/resource.ts'
import { bytes, count, duration, momentExact, percent, some } from '../figures.ts'
import { ListTable } from '../parts/list.tsx'
import { Empty, Loaded, Page } from '../parts/page.tsx'
import { Proof } from '../parts/proof.tsx'
import { Fact, Pair, Section, Tag, Time } from '../parts/small.tsx'
import type { Column } from '../parts/table.tsx'
import { Untrusted, UntrustedBlock } from '../parts/untrusted.tsx'
import { query, setQuery, to } from '../route.ts'
import { may } from '../session.ts'

const columns: readonly Column<LedgerEntry>[] = [
  {
    id: 'seq',
    label: '№',
    isNumber: true,
    width: '96px',
    cell: ({ seq }) => <a href={to('ledger', String(seq))}>{count(seq)}</a>,
  },
  { id: 'ts', label: 'When (UTC)', width: '134px', cell: ({ ts }) => <Time ts={ts} /> },
  { id: 'kind', label: 'Kind', width: '112px', cell: ({ kind }) => kind },
  {
    id: 'subject',
    label: 'About',
    width: '20%',
    cell: ({ subject }) => (
      <span class="id">
        <Untrusted text={subject} max={60} />
      </span>
    ),
  },
  {
    id: 'summary',
    label: 'What',
    room: 'wide',
    cell: ({ summary }) => <Untrusted text={summary} max={140} />,
  },
  { id: 'author', label: 'By', room: 'widest', width: '110px', cell: ({ author }) => author ?? '' },
]

export function LedgerScreen({ id }: { id: string | undefined }): JSX.Element {
  return id === undefined ? <LedgerList /> : <EntryScreen key={id} seq={id} />
}

function LedgerList(): JSX.Element {
  const status = useResource<LedgerStatus>('ledger', ['acts', 'audit'])
  const given = query.value
  const q = given.get('q') ?? undefined
  const kind = given.get('kind') ?? undefined
  const path = listPath('ledger/entries', { q, kind, author: given.get('author') ?? undefined })
  const pages = usePages<LedgerEntry>(path, ['acts', 'audit', 'measure'])
  return (
    <Page
      title="Ledger"
      lead="Every decision before it takes effect, every outcome, and everything a person did here: chained and signed."
      actions={
        <>
          {may('analyst') && (
            <a class="button" href={apiUrl('ledger/export')} download="">
              Export JSON lines
            </a>
          )}
          <a class="button" href={apiUrl('ledger/checkpoint')} download="checkpoint.json">
            Latest checkpoint
          </a>
        </>
      }
    >
      <Loaded from={status} what="the ledger">
        {(data) => (
          <>
            <dl class="facts">
              <Fact name="Health">
                <Tag in="states" of={data.health} />
              </Fact>
              <Fact name="Entries">{count(data.entries)}</Fact>
              <Fact name="Size">
                {bytes(data.bytes)} <small>in {some(data.segments, 'segment')}</small>
              </Fact>
              <Fact name="Searchable">{percent(data.indexed)}</Fact>
              <Fact name="Signing key">
                <code>{data.keyId}</code>
              </Fact>
            </dl>
            <Verify />
            <Section title="Entries">
              <div class="filters">
                <select
                  aria-label="Kind"
                  value={kind ?? ''}
                  onChange={(event) => setQuery({ kind: event.currentTarget.value })}
                >
                  <option value="">Every kind</option>
                  {data.kinds.map(({ kind: name, entries }) => (
                    <option key={name} value={name}>
                      {name} ({count(entries)})
                    </option>
                  ))}
                </select>
                <input
                  type="search"
                  aria-label="Entries with this in them"
                  placeholder="Search"
                  value={q ?? ''}
                  onChange={(event) => setQuery({ q: event.currentTarget.value.trim() })}
                />
              </div>
              <ListTable
                pages={pages}
                what="ledger entries"
                columns={columns}
                idOf={({ seq }) => String(seq)}
                hrefOf={({ seq }) => to('ledger', String(seq))}
                exportPath={path}
                empty={
                  <Empty title={q || kind ? 'No entry fits' : 'The ledger is empty'}>
                    Entries appear with the first act.
                  </Empty>
                }
              />
            </Section>
          </>
        )}
      </Loaded>
    </Page>
  )
}

function Verify(): JSX.Element {
  const job = useJob<LedgerVerification>()
  const { result } = job
  return (
    <Section title="Verify">
      <p class="actions">
        <button
          type="button"
          class="button"
          disabled={job.isRunning}
          onClick={() => void job.start('ledger/verify')}
        >
          Verify the whole chain
        </button>
        {job.isRunning && (
          <span class="quiet">
            Reading every block… {job.progress !== undefined && percent(job.progress)}
          </span>
        )}
        {job.failure && <span class="bad">{job.failure}</span>}
        {!job.isRunning && result === undefined && (
          <span class="quiet">
            Reads every byte and checks every hash and signature. Anyone with the public key can do the same
            elsewhere: <code>portcullis ledger verify</code>
          </span>
        )}
      </p>
      {result && (
        <div class="panel padded">
          <p class={result.holds ? 'good' : 'bad'}>
            <strong>
              {result.holds
                ? '✓ Nothing was changed, left out or put in.'
                : `✗ The ledger does not hold: ${some(result.problems.length, 'problem')}.`}
            </strong>
          </p>
          <p class="quiet">
            {count(result.records)} records in {some(result.blocks, 'block')} and{' '}
            {some(result.segments, 'segment')}, {bytes(result.bytes)}; {some(result.checkpoints, 'signature')}{' '}
            good; {some(result.unsignedRecords, 'record')} since the last signature; in{' '}
            {duration(result.seconds * 1_000)}.
          </p>
          {result.problems.length > 0 && (
            <ol class="problems">
              {result.problems.map(({ kind, segment, offset, summary }) => (
                <li key={`${segment} ${offset} ${kind}`}>
                  <b>{kind}</b> in {segment} at {count(offset)}: {summary}
                </li>
              ))}
            </ol>
          )}
        </div>
      )}
    </Section>
  )
}

function EntryScreen({ seq }: { seq: string }): JSX.Element {
  const entry = useResource<LedgerEntryDetail>(`ledger/entries/${encodeURIComponent(seq)}`)
  return (
    <Page title={`Entry № ${seq}`} trail={<a href="/ledger">Ledger</a>}>
      <Loaded from={entry} what="entry">
        {(data) => (
          <>
            <p class="story">
              <Untrusted text={data.summary} max={600} />
            </p>
            <dl class="pairs">
              <Pair name="Kind">{data.kind}</Pair>
              <Pair name="When">{momentExact(data.ts)}</Pair>
              <Pair name="About">
                <span class="id">
                  <Untrusted text={data.subject} max={120} />
                </span>
              </Pair>
              {data.author && <Pair name="By">{data.author}</Pair>}
            </dl>
            <Section title="Proof">
              <Proof of={data.proof} />
            </Section>
            <Section title="As it stands there">
              <UntrustedBlock text={JSON.stringify(data.entry, null, 2)} label="The entry" />
            </Section>
          </>
        )}
      </Loaded>
    </Page>
  )
}
