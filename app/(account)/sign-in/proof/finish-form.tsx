'use client'

import { type ReactNode, useId, useRef } from 'react'
import { useStep } from '#app/(account)/sign-in/use-step.ts'

interface FinishFormProps {
  /** The link's secret. Null: the reader types a code. */
  secret: string | null
  children: ReactNode
}

/** Sends the secret. Only loading the page, as a mail scanner does, does not. */
export function FinishForm({ secret, children }: FinishFormProps) {
  const id = useId()
  const { busy, problem, submit, button, form } = useStep('finish')
  const field = useRef<HTMLInputElement>(null)

  return (
    <form
      {...form}
      onSubmit={(event) => void submit(event).then((taken) => taken || field.current?.select())}
    >
      {secret === null ? (
        <div className="field">
          <label htmlFor={id}>Code</label>
          <input
            ref={field}
            id={id}
            name="secret"
            className="code-input"
            inputMode="numeric"
            autoComplete="one-time-code"
            required
            aria-invalid={problem !== null}
            aria-describedby={`${id}-problem`}
          />
        </div>
      ) : (
        <input type="hidden" name="secret" value={secret} />
      )}
      <div id={`${id}-problem`} role="alert">
        {problem === null ? null : <p className="field-error mt-3">{problem}</p>}
      </div>
      <div className="button-row">
        <button {...button} className="button button-solid">
          {busy ? 'Signing in…' : children}
        </button>
      </div>
    </form>
  )
}
