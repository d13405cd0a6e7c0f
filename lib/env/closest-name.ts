import 'server-only'

/**
 * The known name that an unknown one was probably meant to be. Null: it belongs to something else. Kubernetes
 * and Docker set variables that begin with a service's name, such as `UID2_OPERATOR_SERVICE_HOST`.
 */
export function findClosestName(name: string, known: readonly string[]): string | null {
  // Both products use the UID2_ names.
  const upper = name.toUpperCase().replace(/^EUID_/, 'UID2_')
  const cutShort = (other: string) => /_./.test(upper) && other.startsWith(`${upper}_`)
  return known.find((other) => cutShort(other) || distance(upper, other) <= maxEdits) ?? null
}

const maxEdits = 2

/** How many characters must be added, removed, replaced or swapped with the next one. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > maxEdits) return maxEdits + 1
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  const at = (i: number, j: number) => rows[i]?.[j] ?? 0
  for (let i = 1; i <= a.length; i++) {
    rows[i] = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped =
        a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY
      rows[i]?.push(Math.min(replaced, swapped, at(i - 1, j) + 1, at(i, j - 1) + 1))
    }
  }
  return at(a.length, b.length)
}
