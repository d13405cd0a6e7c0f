import 'server-only'
import type { Message } from './messages'

/** Whoever delivers text messages for you: resolves when the message was accepted, rejects when not. */
export interface TextMessages {
  /** `to`: E.164. `text`: as it is to arrive. Give it a time limit of its own. */
  send(message: Pick<Message, 'to' | 'text'>): Promise<void>
}

/** The one line to edit: see docs/sign-in/phone.md. Null: no sign-in by phone outside the sandbox. */
export const textMessages: TextMessages | null = null
