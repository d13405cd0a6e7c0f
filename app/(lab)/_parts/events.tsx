'use client'

import { useEffect, useState } from 'react'
import { pageTokenStore, tokenEvents } from '#lib/ads/page-token-store.ts'
import type { TokenEvent, TokenState } from '#lib/ads/token-store/transitions.ts'
import { LabBox } from './lab-box.tsx'
import { timeOfDay } from './time-of-day.ts'

interface Noted {
  /** Unix ms, by this browser's clock. */
  at: number
  event: TokenEvent
  state: TokenState
}

const KEPT = 12

/** What the token store has told this page, the latest first. */
export function Events() {
  const [noted, setNoted] = useState<readonly Noted[]>([])
  useEffect(() => {
    setNoted([])
    let subscribed = false
    const note = (event: TokenEvent, state: TokenState) => {
      const [entry, told] = [{ at: Date.now(), event, state }, subscribed]
      // A late subscriber gets the current event under each of its names. Show it once.
      setNoted((before) => [entry, ...(told ? before : [])].slice(0, KEPT))
    }
    const ends = tokenEvents.map((event) => pageTokenStore().on(event, (state) => note(event, state)))
    subscribed = true
    return () => {
      for (const end of ends) end()
    }
  }, [])
  const [latest, ...earlier] = noted

  return (
    <section aria-labelledby="events">
      <h2 id="events" className="section-title">
        What the token store said
      </h2>
      <LabBox label="Events" empty={noted.length === 0 && 'Nothing yet.'}>
        <ol className="events">
          {noted.map(({ at, event, state }, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: what comes in on top changes words, and moves no line.
            <li key={place}>
              <span className="events-time">{timeOfDay(at)}</span>
              <code>{event}</code>
              {state.status === 'available' ? (
                <code className="token">{endOf(state.advertisingToken)}</code>
              ) : (
                <span>no token</span>
              )}
              <span>{detailsOf(state)}</span>
            </li>
          ))}
        </ol>
      </LabBox>
      <p className="meta">{latest ? nextOf(latest.state) : 'The newest comes first.'}</p>
      {/* What the page starts with is there to read; what changes on it is spoken. */}
      <p role="status" className="sr-only">
        {latest && earlier.length > 0 ? spokenOf(latest) : null}
      </p>
    </section>
  )
}

/** A token begins with its version and its key's number, as all of today do: its end tells two apart. */
const endOf = (token: string): string => `…${token.slice(-6)}`

function detailsOf(state: TokenState): string {
  const group = 'bucket' in state && state.bucket ? `, group ${state.bucket}` : ''
  return state.status === 'available'
    ? `until ${timeOfDay(state.identityExpires)}${group}`
    : `${state.status}${group}`
}

function nextOf(state: TokenState): string {
  if (state.status !== 'available') return 'Without a token there is none to refresh.'
  return `A newer one is due at ${timeOfDay(state.refreshFrom)}.`
}

function spokenOf({ event, state }: Noted): string {
  if (event === 'refreshed') return 'The token was refreshed.'
  return state.status === 'available' ? 'There is a token.' : 'There is no token.'
}
