import 'server-only'
import { processWide } from '../../shared/process-wide'
import type { Message } from './messages'

const limit = 500

/**
 * In the sandbox: messages that would have been sent, by the id of their secret. In this process's memory
 * only.
 */
const messages = () => processWide('outbox', () => new Map<string, Message>())

export function addToOutbox(id: string, message: Message): void {
  messages().set(id, message)
  for (const oldest of messages().keys()) {
    if (messages().size <= limit) break
    messages().delete(oldest)
  }
}

/** The message that this browser asked for. Its id is in the browser's sealed cookie. */
export const findOutboxMessage = (id: string): Message | undefined => messages().get(id)
