import 'server-only'
import { sandboxDsp, sandboxPublisher, sandboxSharer } from '../../shared/sandbox-credentials'

/** The sandbox's clients with what each may do. */
export const publisher = { ...sandboxPublisher, roles: ['GENERATOR'] } as const

export const dsp = { ...sandboxDsp, roles: ['ID_READER'] } as const

/** In the fixtures it may map identities too, which nobody may here. */
export const sharer = { ...sandboxSharer, roles: ['SHARER'] } as const
