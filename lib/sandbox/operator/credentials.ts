import 'server-only'
import { sandboxDsp, sandboxPublisher, sandboxSharer } from '../../shared/sandbox-credentials'

/** The sandbox's clients with their roles. */
export const publisher = { ...sandboxPublisher, roles: ['GENERATOR'] } as const

export const dsp = { ...sandboxDsp, roles: ['ID_READER'] } as const

/** In the fixtures it also has the role for mapping identities, which no client has here. */
export const sharer = { ...sandboxSharer, roles: ['SHARER'] } as const
