import { type ShownIdentity, statusWords } from '#app/_ui/status-words.ts'

/** The words of the status bar as running text, for pages that are about nothing else. */
export function StatusText({ identity }: { identity: ShownIdentity }) {
  const { line, detail, action } = statusWords(identity)
  return (
    <>
      <p>{line}</p>
      {detail === undefined ? null : <p>{detail}</p>}
      {action?.href.startsWith('https:') ? (
        <p>
          <a href={action.href}>{action.label}</a>
        </p>
      ) : null}
    </>
  )
}
