import 'server-only'
import { sandboxDsp, sandboxPublisher } from '#lib/shared/sandbox-credentials.ts'

/** The sandbox's clients with what each may do. */
export const publisher = { ...sandboxPublisher, roles: ['GENERATOR'] } as const

export const dsp = { ...sandboxDsp, roles: ['ID_READER'] } as const
