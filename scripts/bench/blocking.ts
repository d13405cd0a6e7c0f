/** As much of an event of Chromium's trace as this reads. Times in µs. */
export interface TraceEvent {
  name: string
  ph: string
  pid: number
  tid: number
  ts: number
  dur?: number
  /** CPU time of the thread. */
  tdur?: number
  args?: { data?: { documentLoaderURL?: string } }
}

const LONG_MS = 50

/**
 * Total blocking time on a phone of a quarter of this machine's speed, ms: what each task after the first paint takes
 * over 50 ms. By CPU time, so that a busy machine, on which Lighthouse measures several times as much, changes little.
 */
export function blockingByCpu(events: readonly TraceEvent[], url: string): number {
  const began = events.findLast(
    ({ name, args }) => name === 'navigationStart' && args?.data?.documentLoaderURL === url,
  )
  const painted = events.find(({ name, pid }) => name === 'firstContentfulPaint' && pid === began?.pid)
  if (!began || !painted) throw new Error(`The trace of ${url} has no first paint.`)
  return events
    .filter(({ name, pid, tid }) => name === 'RunTask' && pid === began.pid && tid === began.tid)
    .filter(({ ts }) => ts > painted.ts)
    .reduce((sum, { tdur, dur }) => sum + Math.max(0, ((tdur ?? dur ?? 0) * 4) / 1000 - LONG_MS), 0)
}
