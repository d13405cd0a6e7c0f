'use client'

import { useSyncExternalStore } from 'react'
import { pageExposures } from '#lib/ads/page-exposures.ts'
import { type Exposure, toCsv } from '#lib/ads/slots/exposures.ts'
import { LabBox } from './lab-box.tsx'
import { LabTable } from './lab-table.tsx'

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
        tall
        label="Exposures"
        empty={
          exposures.length === 0 &&
          'Nothing. Records are made while HOLDOUT_PERCENT is above 0, of readers who have a token to hold out.'
        }
      >
        <LabTable
          columns={['Event', 'Slot', 'Group', 'Token', 'CPM, US $']}
          rows={exposures.map(({ event, slot, bucket, token, cpm }) => ({
            cells: [event, slot, bucket, token ? 'yes' : 'no', cpm?.toFixed(2) ?? '–'],
          }))}
        />
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
