/** One ad request as its buyer read it. Times in Unix ms. */
export interface ReadRequest {
  reading: { person?: string; refreshedAt?: number }
}

/**
 * Whether a request is the first with a newer token of a person met before. `requests`: newest first. A request
 * with an older token after it (Google's tag keeps its own) is no news.
 */
export function newerTokens(requests: readonly ReadRequest[]): boolean[] {
  return requests.map(({ reading: { person, refreshedAt } }, place) => {
    if (person === undefined || refreshedAt === undefined) return false
    const earlier = requests.slice(place + 1).filter(({ reading }) => reading.person === person)
    return earlier.length > 0 && earlier.every(({ reading }) => (reading.refreshedAt ?? 0) < refreshedAt)
  })
}
