'use client'

import { useEffect, useId, useRef, useState } from 'react'
import { useStep } from '#app/(account)/sign-in/use-step.ts'

type Kind = 'email' | 'phone'

interface DiiFormProps {
  label: string
  step: 'ask' | 'demo'
  kinds: readonly Kind[]
  /** What happens to a typed address or number. */
  hints: Record<Kind, string>
  buttons: Record<Kind, string>
  /** A path on this site, checked by the page. */
  next: string
}

/**
 * Asks for an address or a number. It works without script, except the label that follows the selected kind.
 */
export function DiiForm({ label, step, kinds, hints, buttons, next }: DiiFormProps) {
  const id = useId()
  const [kind, setKind] = useState<Kind>(kinds[0] ?? 'email')
  const [value, setValue] = useState('')
  const { busy, problem, submit, button, form } = useStep(step)
  const field = useRef<HTMLInputElement>(null)

  // The reader may have selected and typed before the script ran.
  useEffect(() => {
    const { form: element, value = '' } = field.current ?? {}
    if (element && new FormData(element).get('kind') === 'phone') setKind('phone')
    setValue(value)
  }, [])

  return (
    <form
      {...form}
      onSubmit={(event) => void submit(event).then((taken) => taken || field.current?.focus())}
      noValidate
      aria-label={label}
    >
      <input type="hidden" name="next" value={next} />
      <KindSwitch kinds={kinds} kind={kind} onChange={setKind} />
      <div className="field">
        <label htmlFor={id}>{kind === 'email' ? 'E-mail address' : 'Phone number'}</label>
        <input
          key={kind}
          ref={field}
          id={id}
          name="value"
          type={kind === 'email' ? 'email' : 'tel'}
          autoComplete={kind === 'email' ? 'email' : 'tel'}
          value={value}
          onChange={(event) => setValue(event.target.value)}
          aria-invalid={problem !== null}
          aria-describedby={`${id}-hint ${id}-problem`}
        />
        <p id={`${id}-hint`} className="field-hint">
          {hints[kind]}
        </p>
        <div id={`${id}-problem`} role="alert">
          {problem === null ? null : <p className="field-error">{problem}</p>}
        </div>
      </div>
      <div className="button-row">
        <button {...button} className="button button-solid">
          {busy ? 'One moment…' : buttons[kind]}
        </button>
      </div>
    </form>
  )
}

interface KindSwitchProps {
  kinds: readonly Kind[]
  kind: Kind
  onChange: (kind: Kind) => void
}

function KindSwitch({ kinds, kind, onChange }: KindSwitchProps) {
  if (kinds.length < 2) return <input type="hidden" name="kind" value={kind} />
  return (
    <fieldset className="kind-switch">
      <legend className="sr-only">Sign in with</legend>
      {kinds.map((each) => (
        <label key={each}>
          <input
            type="radio"
            name="kind"
            value={each}
            checked={kind === each}
            onChange={() => onChange(each)}
          />
          {each === 'email' ? 'E-mail' : 'Phone'}
        </label>
      ))}
    </fieldset>
  )
}
