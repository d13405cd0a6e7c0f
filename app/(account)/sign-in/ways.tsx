import { DiiForm } from '#app/(account)/sign-in/dii-form.tsx'
import { readyMadeReaders } from '#app/(account)/sign-in/ready-made-readers.ts'

interface ProvidersProps {
  providers: readonly { id: string; name: string }[]
  next: string
}

/** One button for each identity provider: a plain form, so it works without script. */
export function Providers({ providers, next }: ProvidersProps) {
  return (
    <div className="ways">
      {providers.map(({ id, name }) => (
        <form key={id} method="post" action="/api/sign-in/provider">
          <input type="hidden" name="provider" value={id} />
          <input type="hidden" name="next" value={next} />
          <button type="submit" className="button">
            Continue with {name}
          </button>
        </form>
      ))}
    </div>
  )
}

interface ProofProps {
  proof: { email: boolean; phone: boolean }
  outbox: boolean
  next: string
}

const sent = {
  mail: 'We send you a link. Open it in this browser, within 15 minutes.',
  text: 'With the country code. We send you a code, good for 15 minutes.',
  outbox: 'Any address will do: in this sandbox the mail goes to a page of ours, not to its owner.',
  outboxText: 'With the country code. In this sandbox the message goes to a page of ours.',
}

/** A link by mail or a code by text message. */
export function Proof({ proof, outbox, next }: ProofProps) {
  const kinds = (['email', 'phone'] as const).filter((kind) => proof[kind])
  return (
    <DiiForm
      step="ask"
      kinds={kinds}
      hints={{
        email: outbox ? sent.outbox : sent.mail,
        phone: outbox ? sent.outboxText : sent.text,
      }}
      buttons={{ email: 'Send me a link', phone: 'Send me a code' }}
      next={next}
    />
  )
}

/** Sign-in for trying the site, with a reader for each of its answers. */
export function Demo({ next }: { next: string }) {
  return (
    <>
      <ul className="readers">
        {readyMadeReaders.map(({ name, kind, value, what }) => (
          <li key={value}>
            <form method="post" action="/api/sign-in/demo">
              <input type="hidden" name="kind" value={kind} />
              <input type="hidden" name="value" value={value} />
              <input type="hidden" name="next" value={next} />
              <button type="submit" className="reader">
                <span className="reader-name">{name}</span>
                <span className="reader-address">{value}</span>
                <span className="reader-what">{what}</span>
              </button>
            </form>
          </li>
        ))}
      </ul>
      <h3>Or as anybody else</h3>
      <DiiForm
        step="demo"
        kinds={['email', 'phone']}
        hints={{
          email: 'Any address will do; no mail is sent.',
          phone: 'With the country code; no message is sent.',
        }}
        buttons={{ email: 'Sign in', phone: 'Sign in' }}
        next={next}
      />
    </>
  )
}
