/*
 * How often the operator is asked, when a load balancer sends each request of a reader to any of several instances, and
 * each instance joins only its own calls. docs/performance/scale.md explains it.
 */

export interface Load {
  instances: number
  /** Page views of one reader in an hour, at random times. */
  viewsPerHour: number
  /** From the issue of a token to its `refresh_from`, hours. */
  dueAfterHours: number
  /** Requests of a page view that meet a due token. The last one waits for the refresh and stores its result. */
  requestsPerView: number
}

/**
 * Operator calls for one renewal. A request calls unless it comes to an instance that has called already; that one has
 * the result, and the renewal ends.
 */
export function callsPerRenewal({ instances, requestsPerView }: Load): number {
  let calls = 0
  let likely = 1
  for (let asked = 0; asked < requestsPerView; asked++) {
    calls += likely
    likely *= Math.max(0, 1 - (asked + 1) / instances)
  }
  return calls
}

/** A token becomes due, and the reader's next view renews it. */
export const renewalsPerHour = ({ dueAfterHours, viewsPerHour }: Load): number =>
  1 / (dueAfterHours + 1 / viewsPerHour)

export const callsPerHour = (load: Load): number => callsPerRenewal(load) * renewalsPerHour(load)

const hour = 3600
/** As in lib/identity/operator-calls.ts. Seconds, like all times below. */
const remembered = 60
const operatorTakes = 0.2
const betweenRequests = 2

/** Operator calls of one reader in an hour, by playing so many hours request by request. `random`: from 0 to 1. */
export function simulateCallsPerHour(load: Load, random: () => number, hours = 20_000): number {
  const { instances, viewsPerHour, dueAfterHours, requestsPerView } = load
  let calls = 0
  let cookie = { token: 0, dueAt: 0 }
  const flights = new Map<number, { token: number; ends: number }>()

  function request(at: number, waits: boolean): void {
    if (at < cookie.dueAt) return
    const instance = Math.floor(random() * instances)
    let flight = flights.get(instance)
    if (flight?.token !== cookie.token || flight.ends + remembered < at) {
      flight = { token: cookie.token, ends: at + operatorTakes }
      flights.set(instance, flight)
      calls++
    }
    if (!waits && flight.ends > at) return
    cookie = { token: cookie.token + 1, dueAt: flight.ends + dueAfterHours * hour }
  }

  const requests: { at: number; waits: boolean }[] = []
  for (let view = 0; view < hours * hour; view += (-Math.log(1 - random()) * hour) / viewsPerHour)
    for (let i = 0; i < requestsPerView; i++)
      requests.push({ at: view + i * betweenRequests, waits: i === requestsPerView - 1 })
  for (const { at, waits } of requests.sort((a, b) => a.at - b.at)) request(at, waits)
  return calls / hours
}
