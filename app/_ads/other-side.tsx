'use client'

import { use, useEffect, useState } from 'react'
import { LabBox } from '#app/_ui/lab-box.tsx'
import { pageSlots } from '#lib/ads/page-stack.ts'
import { PagePlan } from './ad-stack.tsx'
import { useSiteSettings } from './use-site-settings.ts'

/** As `GET /sandbox/exchange/auctions` gives it. */
interface KeptAuction {
  at: number
  id: string
  from: string
  slots: string[]
  reading: {
    token: string
    establishedAt?: number
    refreshedAt?: number
    person?: string
  }
}

/** What the buyer made of this browser's last ad requests: the token changes, the person stays. */
export function OtherSide() {
  const plan = use(PagePlan)
  const sandbox = useSiteSettings()?.mode === 'sandbox'
  const [auctions, setAuctions] = useState<readonly KeptAuction[]>([])
  useEffect(() => {
    if (!sandbox) return
    let end: (() => void) | undefined
    let left = false
    const read = () =>
      readAuctions().then(
        (found) => left || setAuctions(found),
        () => {},
      )
    void read()
    pageSlots(plan).then(
      (slots) => {
        if (!left) end = slots.subscribe(read)
      },
      () => {},
    )
    return () => {
      left = true
      end?.()
    }
  }, [plan, sandbox])

  if (!sandbox) return null
  return (
    <section aria-labelledby="other-side">
      <h2 id="other-side" className="section-title">
        What the buyer saw
      </h2>
      <LabBox
        label="The last ad requests"
        empty={auctions.length === 0 && 'No ad request of this browser yet.'}
      >
        <table className="auctions">
          <thead>
            <tr>
              <th scope="col">Asked</th>
              <th scope="col">By</th>
              <th scope="col">Token</th>
              <th scope="col">Established</th>
              <th scope="col">Refreshed</th>
              <th scope="col">Person</th>
            </tr>
          </thead>
          <tbody>
            {auctions.map(({ at, id, from, reading }) => (
              <tr key={`${id} ${at}`} data-auction-token={reading.token}>
                <td>{clock(at)}</td>
                <td>{from}</td>
                <td>{reading.token}</td>
                <td>{clock(reading.establishedAt)}</td>
                <td>{clock(reading.refreshedAt)}</td>
                <td>
                  <code>{reading.person ?? '–'}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </LabBox>
      <p className="meta">
        The sandbox buyer opens the token with keys of the operator, as a demand-side platform does. The
        person is a salted hash of the raw UID, which never leaves the buyer.
      </p>
    </section>
  )
}

async function readAuctions(): Promise<readonly KeptAuction[]> {
  const answer = await fetch('/sandbox/exchange/auctions')
  if (!answer.ok) throw new Error(`The exchange answered ${answer.status}.`)
  const { auctions } = (await answer.json()) as { auctions: KeptAuction[] }
  return auctions.slice(0, 8)
}

function clock(time: number | undefined): string {
  return time === undefined ? '–' : new Date(time).toLocaleTimeString([], { hour12: false })
}
