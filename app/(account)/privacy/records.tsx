import type { ReaderRecords } from '#lib/consent/sql-records.ts'

const shown = 20

const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' })
const minute = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'UTC' })

const optOuts = {
  uid2: 'Opted out at UID2; they told us.',
  euid: 'Opted out at EUID; they told us.',
  site: 'Opted out of this site, until you say yes.',
} as const

const sources = {
  page: 'on this site’s own question',
  api: 'in an app or on a page with words of its own',
  gpc: 'by the signal of your browser, Global Privacy Control',
} as const

/** The records, newest first: opt-outs in force, then every answer with the text that was shown. */
export function RecordsTable({ records: { optOuts: marks, history, signals } }: { records: ReaderRecords }) {
  if (marks.length + history.length + signals.length === 0)
    return <p>Nothing is on record about your address or number.</p>
  const latest = history.toReversed().slice(0, shown)
  const earlier = history.length - latest.length
  return (
    <>
      <ul className="records">
        {marks.map(({ kind, at }) => (
          <li key={`${kind} ${at}`}>
            <strong>{optOuts[kind]}</strong> <At ms={at} />
          </li>
        ))}
        {latest.map(({ advertising, source, at, wording, version }, index) => (
          // Two may be of one millisecond; the list never changes in place.
          // biome-ignore lint/suspicious/noArrayIndexKey: as above.
          <li key={`${at} ${index}`}>
            <strong>{advertising === 'granted' ? 'Yes' : 'No'}</strong>, {sources[source]}. <At ms={at} />
            {source === 'gpc' ? null : (
              <details>
                <summary>The words that you answered</summary>
                <p className="records-words">{wording}</p>
                <p className="field-hint">Version {version}</p>
              </details>
            )}
          </li>
        ))}
        {signals.map(({ account, at }) => (
          <li key={account}>
            What a consent banner passed on last. <At ms={at} />
          </li>
        ))}
      </ul>
      {earlier > 0 ? <p className="field-hint">And {earlier} earlier answers.</p> : null}
    </>
  )
}

function At({ ms }: { ms: number }) {
  const at = new Date(ms)
  return (
    <time className="records-time" dateTime={at.toISOString()}>
      {day.format(at)}, {minute.format(at)} UTC
    </time>
  )
}
