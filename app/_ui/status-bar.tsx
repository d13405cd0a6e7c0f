import { isSignedIn, type ShownIdentity, statusWords } from '#app/_ui/status-words.ts'
import type { Product } from '#lib/identity/public-identity.ts'

/**
 * The line below the masthead. Its height is reserved, so the text may arrive late. The long form is a
 * `<details>`, which opens without script. It is not a live region, because it would be read out on every
 * page.
 */
export function StatusBar({ identity, product }: { identity: ShownIdentity; product: Product }) {
  const { line, detail, action, tone } = statusWords(identity, product)
  return (
    <section
      className="status-bar"
      aria-label="Advertising ID"
      data-uid2-status={identity.status}
      data-tone={tone}
      data-signed-in={isSignedIn(identity)}
      aria-busy={identity.status === 'loading'}
    >
      <div className="status-bar-inner">
        <span className="status-bar-dot" aria-hidden="true" />
        <p className="status-bar-line">{line}</p>
        {identity.status === 'loading' ? (
          <noscript>
            <p className="status-bar-line">Scripts are off in this browser, so no advertising ID is used.</p>
          </noscript>
        ) : null}
        {detail === undefined ? null : (
          <details className="status-bar-why">
            <summary>Why?</summary>
            <p>{detail}</p>
          </details>
        )}
        {action === undefined ? null : (
          <a className="status-bar-action" href={action.href}>
            {action.label}
          </a>
        )}
      </div>
    </section>
  )
}
