'use client'

import { type ReactNode, use, useEffect, useState } from 'react'
import { PageAdSetup } from '#app/_ads/ad-stack.tsx'
import { LabBox } from './lab-box.tsx'
import { type LabRow, LabTable } from './lab-table.tsx'
import { newerTokens } from './newer-tokens.ts'
import { timeOfDay } from './time-of-day.ts'

const SHOWN = 8

/** As `GET /sandbox/exchange/auctions` gives it. */
interface KeptAuction {
  at: number
  from: string
  eids: { id: string }[]
  reading: {
    token: string
    establishedAt?: number
    refreshedAt?: number
    person?: string
  }
}

/** What the sandbox's buyer made of this browser's last ad requests: the token changes, the person stays. */
export function OtherSide() {
  const setup = use(PageAdSetup)
  const [auctions, setAuctions] = useState<readonly KeptAuction[]>([])
  useEffect(() => {
    let end: (() => void) | undefined
    let left = false
    const read = () =>
      readAuctions().then(
        (found) => left || setAuctions(found),
        () => {},
      )
    void read()
    import('#app/_ads/page-slots.ts')
      .then(({ slotsOf }) => slotsOf(setup))
      .then(
        (slots) => {
          if (!left) end = slots.subscribe(read)
        },
        () => {},
      )
    return () => {
      left = true
      end?.()
    }
  }, [setup])

  const newer = newerTokens(auctions)

  return (
    <section aria-labelledby="other-side">
      <h2 id="other-side" className="section-title">
        What the buyer saw
      </h2>
      <LabBox
        tall
        label="The last ad requests"
        empty={auctions.length === 0 && 'No ad request of this browser yet.'}
      >
        <LabTable
          columns={['Asked', 'By', 'Token', 'Established', 'Refreshed', 'Person']}
          rows={auctions.slice(0, SHOWN).map((auction, place) => rowOf(auction, newer[place] ?? false))}
        />
      </LabBox>
      <p className="meta">
        The sandbox buyer opens each token with the operator’s keys, as a demand-side platform does. The
        person is a salted hash of the raw UID, which never leaves the buyer. Marked: a newer token, the same
        person.
      </p>
    </section>
  )
}

function rowOf({ at, from, eids, reading }: KeptAuction, newer: boolean): LabRow {
  const { token, establishedAt, refreshedAt, person } = reading
  return {
    marked: newer,
    cells: [
      timeOfDay(at),
      from,
      <Marked key="token" mark={newer && 'newer'}>
        <code className={token === 'readable' ? 'token' : undefined}>
          {token === 'readable' ? eids[0]?.id : token}
        </code>
      </Marked>,
      timeOrNone(establishedAt),
      timeOrNone(refreshedAt),
      <Marked key="person" mark={newer && 'same'}>
        <code>{person ?? '–'}</code>
      </Marked>,
    ],
  }
}

function Marked({ mark, children }: { mark: string | false; children: ReactNode }) {
  return (
    <>
      {children}
      {mark ? <span className="lab-mark"> {mark}</span> : null}
    </>
  )
}

async function readAuctions(): Promise<readonly KeptAuction[]> {
  const answer = await fetch('/sandbox/exchange/auctions')
  if (!answer.ok) throw new Error(`The exchange answered ${answer.status}.`)
  const { auctions } = (await answer.json()) as { auctions: KeptAuction[] }
  return auctions
}

const timeOrNone = (time: number | undefined): string => (time === undefined ? '–' : timeOfDay(time))
