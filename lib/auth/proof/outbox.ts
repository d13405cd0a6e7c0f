import 'server-only'
import { perProcess } from '../../shared/per-process'
import type { Message } from './messages'

const limit = 500

/** Sandbox mode: what would have been sent, by the request that caused it. Memory of this process only. */
const messages = () => perProcess('outbox', () => new Map<string, Message>())

export function addToOutbox(id: string, message: Message): void {
  messages().set(id, message)
  for (const oldest of messages().keys()) {
    if (messages().size <= limit) break
    messages().delete(oldest)
  }
}

/** The message that a browser's own request caused: its id is in that browser's sealed cookie. */
export const findOutboxMessage = (id: string): Message | undefined => messages().get(id)
