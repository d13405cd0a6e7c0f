'use client'

import { type FormEvent, useEffect, useRef, useState } from 'react'
import { type DemoSignInResult, demoSignIn } from '#app/(account)/sign-in/demo-sign-in.ts'
import { type ReadyMadeReader, readyMadeReaders } from '#app/(account)/sign-in/ready-made-readers.ts'

type Kind = 'email' | 'phone'
type Problem = Extract<DemoSignInResult, { ok: false }>['problem']

const problemWords: Record<Problem, string> = {
  empty: 'Please enter an e-mail address or a phone number.',
  bad_email: 'This does not look like an e-mail address. It needs the form name@example.com.',
  looks_hashed: 'This looks like a hash. Please enter the address itself: the hashing is done on the server.',
  bad_phone: 'This does not look like a phone number. It needs the country code, such as +1 234 567 8901.',
  network: 'We could not reach the server. What you typed is still here; please try again in a moment.',
  other: 'The sign-in did not work this time. What you typed is still here; please try again.',
}

/** `next` has been checked by the page: a path of this site. */
export function SignInForm({ next }: { next: string }) {
  const [kind, setKind] = useState<Kind>('email')
  const [value, setValue] = useState('')
  const [ready, setReady] = useState(false)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const field = useRef<HTMLInputElement>(null)

  // From here on the form is ours. Whoever was faster than the script has typed something already.
  useEffect(() => {
    setValue(field.current?.value ?? '')
    setReady(true)
  }, [])

  async function signIn(as: Kind, text: string) {
    setBusy(true)
    setProblem(null)
    const result: DemoSignInResult =
      text.trim() === '' ? { ok: false, problem: 'empty' } : await demoSignIn(as, text)
    if (result.ok) {
      // A whole page load: whatever the browser holds for the reader before is dropped with the page.
      location.assign(next)
      return
    }
    setBusy(false)
    setProblem(result.problem)
    field.current?.focus()
  }

  function submit(event: FormEvent) {
    event.preventDefault()
    void signIn(kind, value)
  }

  function signInAs(reader: ReadyMadeReader) {
    setKind(reader.kind)
    setValue(reader.value)
    void signIn(reader.kind, reader.value)
  }

  return (
    <>
      <ReadyMadeReaders disabled={busy || !ready} onChoose={signInAs} />
      <h2>Or as anybody else</h2>
      {/* A browser that submits it by itself must have nothing to put into an address: no name, and no GET. */}
      <form method="post" onSubmit={submit} noValidate aria-busy={busy}>
        <KindSwitch kind={kind} disabled={!ready} onChange={setKind} />
        <div className="field">
          <label htmlFor="dii">{kind === 'email' ? 'E-mail address' : 'Phone number'}</label>
          <input
            key={kind}
            ref={field}
            id="dii"
            type={kind === 'email' ? 'email' : 'tel'}
            autoComplete={kind === 'email' ? 'email' : 'tel'}
            value={value}
            onChange={(event) => setValue(event.target.value)}
            aria-invalid={problem !== null}
            aria-describedby="dii-hint dii-problem"
          />
          <p id="dii-hint" className="field-hint">
            {kind === 'email'
              ? 'Any address will do; no mail is sent.'
              : 'With the country code; no message is sent.'}
          </p>
          <div id="dii-problem" role="alert">
            {problem === null ? null : <p className="field-error">{problemWords[problem]}</p>}
          </div>
        </div>
        <div className="button-row">
          <button type="submit" className="button button-solid" disabled={busy || !ready}>
            {busy ? 'Signing in…' : 'Sign in'}
          </button>
        </div>
      </form>
    </>
  )
}

interface KindSwitchProps {
  kind: Kind
  disabled: boolean
  onChange: (kind: Kind) => void
}

function KindSwitch({ kind, disabled, onChange }: KindSwitchProps) {
  return (
    <fieldset className="kind-switch" disabled={disabled}>
      <legend className="sr-only">Sign in with</legend>
      {(['email', 'phone'] as const).map((each) => (
        <label key={each}>
          <input type="radio" name="kind" checked={kind === each} onChange={() => onChange(each)} />
          {each === 'email' ? 'E-mail' : 'Phone'}
        </label>
      ))}
    </fieldset>
  )
}

interface ReadyMadeReadersProps {
  disabled: boolean
  onChoose: (reader: ReadyMadeReader) => void
}

function ReadyMadeReaders({ disabled, onChoose }: ReadyMadeReadersProps) {
  return (
    <ul className="readers">
      {readyMadeReaders.map((reader) => (
        <li key={reader.value}>
          <button type="button" className="reader" disabled={disabled} onClick={() => onChoose(reader)}>
            <span className="reader-name">{reader.name}</span>
            <span className="reader-address">{reader.value}</span>
            <span className="reader-what">{reader.what}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}
