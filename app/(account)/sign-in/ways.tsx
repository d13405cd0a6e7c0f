import { DiiForm } from '#app/(account)/sign-in/dii-form.tsx'
import { ReaderForm } from '#app/(account)/sign-in/reader-form.tsx'
import { readyMadeReaders } from '#app/(account)/sign-in/ready-made-readers.ts'

interface ProvidersProps {
  providers: readonly { id: string; name: string }[]
  next: string
}

/** One button for each identity provider, in a plain form, so it works without script. */
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
  /** `outbox`: sandbox mode, where messages are shown on a page of this site. */
  proof: Record<'email' | 'phone', false | 'sent' | 'outbox'>
  next: string
}

const hints = {
  sent: {
    email: 'We send you a link. Open it in this browser, within 15 minutes.',
    phone: 'With the country code. We send you a code, good for 15 minutes.',
  },
  outbox: {
    email: 'Any address will do: in this sandbox the mail goes to a page of ours, not to its owner.',
    phone: 'With the country code. In this sandbox the message goes to a page of ours, not to its owner.',
  },
}

/** A link by mail or a code by text message. */
export function Proof({ proof, next }: ProofProps) {
  const kinds = (['email', 'phone'] as const).filter((kind) => proof[kind] !== false)
  return (
    <DiiForm
      label="Sign in by link or code"
      step="ask"
      kinds={kinds}
      hints={{ email: hints[proof.email || 'sent'].email, phone: hints[proof.phone || 'sent'].phone }}
      buttons={{ email: 'Send me a link', phone: 'Send me a code' }}
      next={next}
    />
  )
}

/** The demo sign-in, with one reader for each possible answer. */
export function Demo({ next }: { next: string }) {
  return (
    <>
      <ul className="readers">
        {readyMadeReaders.map(({ name, kind, value, what }) => (
          <li key={value}>
            <ReaderForm kind={kind} value={value} next={next}>
              <span className="reader-name">{name}</span>
              <span className="reader-address">{value}</span>
              <span className="reader-what">{what}</span>
            </ReaderForm>
          </li>
        ))}
      </ul>
      <h2>Or as anybody else</h2>
      <DiiForm
        label="Sign in as anybody"
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
