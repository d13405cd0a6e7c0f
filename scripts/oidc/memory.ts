import type { Adapter, AdapterPayload } from 'oidc-provider'

/** In-memory storage for one provider. oidc-provider's own prints warnings. */
export function memory(): (model: string) => Adapter {
  const kept = new Map<string, { payload: AdapterPayload; until: number }>()
  const live = (key: string) => {
    const entry = kept.get(key)
    return entry && entry.until > Date.now() ? entry.payload : undefined
  }
  return (model) => {
    const keyOf = (id: string) => `${model}:${id}`
    return {
      async upsert(id, payload, expiresIn) {
        kept.set(keyOf(id), { payload, until: Date.now() + (expiresIn ?? 900) * 1000 })
      },
      find: async (id) => live(keyOf(id)),
      async findByUid(uid) {
        return [...kept.keys()].map(live).find((payload) => payload?.kind === model && payload.uid === uid)
      },
      // For the device flow, which is off.
      findByUserCode: async () => undefined,
      async consume(id) {
        const payload = live(keyOf(id))
        if (payload) payload.consumed = Math.floor(Date.now() / 1000)
      },
      async destroy(id) {
        kept.delete(keyOf(id))
      },
      async revokeByGrantId(grantId) {
        for (const [key, { payload }] of kept) if (payload.grantId === grantId) kept.delete(key)
      },
    }
  }
}
