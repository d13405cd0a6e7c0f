'use client'

import { useEffect, useState } from 'react'
import { LabBox } from '#app/_ui/lab-box.tsx'
import type { HandoffEvent, HandoffState } from '#lib/ads/handoff/handoff-state.ts'
import { pageHandoff } from '#lib/ads/page-handoff.ts'

interface Noted {
  key: number
  time: string
  event: HandoffEvent
  state: HandoffState
}

const events: readonly HandoffEvent[] = ['available', 'refreshed', 'withheld', 'expired', 'cleared']
const KEPT = 12

/** What the hand-off has told this page, the latest first. */
export function Events() {
  const [noted, setNoted] = useState<readonly Noted[]>([])
  useEffect(() => {
    setNoted([])
    const ends = events.map((event) =>
      pageHandoff().on(event, (state) =>
        setNoted((before) => {
          const time = new Date().toLocaleTimeString([], { hour12: false })
          return [{ key: (before[0]?.key ?? 0) + 1, time, event, state }, ...before].slice(0, KEPT)
        }),
      ),
    )
    return () => {
      for (const end of ends) end()
    }
  }, [])

  return (
    <section aria-labelledby="events">
      <h2 id="events" className="section-title">
        What the hand-off said
      </h2>
      <LabBox label="Events" empty={noted.length === 0 && 'Nothing yet.'}>
        <ol className="events">
          {noted.map(({ key, time, event, state }) => (
            <li key={key}>
              <span className="events-time">{time}</span> <code>{event}</code> {wordsFor(state)}
            </li>
          ))}
        </ol>
      </LabBox>
    </section>
  )
}

function wordsFor(state: HandoffState): string {
  const group = 'bucket' in state && state.bucket ? `, group ${state.bucket}` : ''
  if (state.status !== 'available') return `${state.status}${group}`
  const minutes = Math.round((state.identityExpires - state.now) / 60_000)
  return `${state.advertisingToken.slice(0, 6)}…, good for ${minutes} min from then${group}`
}
