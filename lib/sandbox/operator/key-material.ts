import 'server-only'

/**
 * Keys and salts of the sandbox. All except key 105 are the real operator's published local fixtures. Key 105
 * is ours: the fixtures have no keyset for site 124, so its tokens would be sealed with the fallback keyset
 * of site 2, which the fixture DSP may not read. They are constants, so that all instances and restarts can
 * read each other's tokens.
 */
export interface KeysetKey {
  id: number
  /** The owner: -1 master, -2 refresh, otherwise the site whose tokens it seals. */
  siteId: number
  keysetId: number
  secret: Buffer
  created: number
  activates: number
  expires: number
}

export const MASTER_SITE = -1
export const REFRESH_SITE = -2
const FALLBACK_SITE = 2

const EXPIRES = 4_088_629_662

function key(
  id: number,
  siteId: number,
  keysetId: number,
  secret: string,
  created: number,
  activates = 1_687_635_529,
): KeysetKey {
  return {
    id,
    siteId,
    keysetId,
    secret: Buffer.from(secret, 'base64'),
    created,
    activates,
    expires: EXPIRES,
  }
}

export const keys: readonly KeysetKey[] = [
  key(101, MASTER_SITE, -1, 'vPdQIoN1nTwXIQoH4/GcHOAct7ymyrGUKXNQhgmq+E8=', 1_622_691_044),
  key(102, REFRESH_SITE, -2, 'RgyxkP4yP1gYhCINq7O9PxM6jX+etPqSQluZxjB1aG8=', 1_633_990_810),
  key(103, FALLBACK_SITE, 2, 'c2yMYeezHfDvZ6haknCFaj0t+eAEJp/C/uh+fUAm1fo=', 1_633_991_166),
  key(104, 123, 501, 'bVZZOwCuO0fUf2P6CrwaY23erMErVQiMkGgpy2OMSxc=', 1_633_991_166, 1_634_077_566),
  key(105, 124, 502, '8vgOjZQdDYVLCsCc9PKItoqaiuSUwDJiC4gF32q0Jrk=', 1_687_635_529),
]

export function keyById(id: number): KeysetKey | undefined {
  return keys.find((candidate) => candidate.id === id)
}

/** The newest active key of a site, or of the fallback site when it has none. */
export function activeKey(siteId: number, nowMs: number): KeysetKey | undefined {
  const now = nowMs / 1000
  const active = keys
    .filter((k) => k.siteId === siteId && k.activates <= now && k.expires > now)
    .sort((a, b) => b.activates - a.activates)[0]
  return active ?? (siteId > FALLBACK_SITE ? activeKey(FALLBACK_SITE, nowMs) : undefined)
}

/** Salts are text: their UTF-8 bytes are hashed, although they look like base64. */
export const FIRST_LEVEL_SALT = 'fOGY/aRE44peL23i+cE9MkJrzmEeNZZziNZBfq7qqk8='
/** One bucket for all: the sandbox does not rotate salts. */
export const ROTATING_SALT = 'vgv1BwiNRCW7F3VcNXHlZh+7oHJ4G4gCshbGcVOLnss='
