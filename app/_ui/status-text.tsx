import { type ShownIdentity, statusWords } from '#app/_ui/status-words.ts'
import type { Product } from '#lib/identity/public-identity.ts'

/** The status bar's text as paragraphs, for the account pages. */
export function StatusText({ identity, product }: { identity: ShownIdentity; product: Product }) {
  const { line, detail, action } = statusWords(identity, product)
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
