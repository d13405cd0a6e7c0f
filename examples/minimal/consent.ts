import 'server-only'
import { createMemoryStore } from '@/lib/consent/memory'
import { processWide } from '@/lib/identity/single-flight'

/** Who consented, opted out, signed out: one store for the process. It forgets, so take a database before you go live. */
export const consent = processWide('consent', createMemoryStore)
