'use client'

import { type FormEvent, type ReactNode, useRef } from 'react'
import { pageHandoff } from '#lib/ads/page-handoff.ts'
import { signOut } from '#lib/ads/sign-out.ts'
import { useConfirming } from './use-confirming.ts'

interface SignOutFormProps {
  action: (form: FormData) => void | Promise<void>
  children: ReactNode
}

/** Without script it is the plain form of the server action. */
export function SignOutForm({ action, children }: SignOutFormProps) {
  const form = useRef<HTMLFormElement>(null)
  const failed = useRef(false)
  const confirming = useConfirming(action)

  async function submit(event: FormEvent): Promise<void> {
    if (failed.current) {
      // The action takes over, and may take its time.
      confirming.confirm.current = pageHandoff().clear('signed_out')
      return
    }
    event.preventDefault()
    const done = await signOut(pageHandoff(), () => fetch('/api/sign-out', { method: 'POST' }))
    // A full load: nothing of this reader stays in memory.
    if (done) return location.assign('/')
    failed.current = true
    form.current?.requestSubmit()
  }

  return (
    <form ref={form} action={confirming.action} onSubmit={submit}>
      {children}
    </form>
  )
}
