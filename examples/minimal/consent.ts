import 'server-only'
import { createMemoryStore } from '@/lib/consent/memory'
import { processWide } from '@/lib/identity/single-flight'

/**
 * Who consented, who opted out, which sessions have ended. Next loads this module several times: `processWide` makes
 * one store for all. It forgets opt-outs when the process ends, so put a database here before you go live.
 */
export const consent = processWide('consent', createMemoryStore)
