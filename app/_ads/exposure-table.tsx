'use client'

import { useSyncExternalStore } from 'react'
import { LabBox } from '#app/_ui/lab-box.tsx'
import { pageExposures } from '#lib/ads/page-exposures.ts'
import { type Exposure, toCsv } from '#lib/ads/slots/exposures.ts'

const none: readonly Exposure[] = []

/** The record of a hold-out as this page load has made it, and as a file. */
export function ExposureTable() {
  const exposures = useSyncExternalStore(
    (listener) => pageExposures().subscribe(listener),
    () => pageExposures().all(),
    () => none,
  )
  return (
    <section aria-labelledby="exposures">
      <h2 id="exposures" className="section-title">
        What is recorded
      </h2>
      <LabBox
        label="Exposures"
        empty={
          exposures.length === 0 &&
          'Nothing: no hold-out runs (HOLDOUT_PERCENT), or this reader has no token to hold out.'
        }
      >
        <table className="auctions">
          <thead>
            <tr>
              <th scope="col">Event</th>
              <th scope="col">Slot</th>
              <th scope="col">Group</th>
              <th scope="col">Token</th>
              <th scope="col">CPM, US $</th>
            </tr>
          </thead>
          <tbody>
            {exposures.map(({ time, event, slot, bucket, token, cpm }) => (
              <tr key={`${time} ${event} ${slot}`}>
                <td>{event}</td>
                <td>{slot}</td>
                <td>{bucket}</td>
                <td>{token ? 'yes' : 'no'}</td>
                <td>{cpm?.toFixed(2) ?? '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </LabBox>
      <div className="button-row">
        <a className="button" href={asFile(exposures)} download="exposures.csv">
          Download as CSV
        </a>
      </div>
    </section>
  )
}

const asFile = (exposures: readonly Exposure[]): string =>
  `data:text/csv;charset=utf-8,${encodeURIComponent(toCsv(exposures))}`
