import 'server-only'

import { z } from 'zod'

const size = z.int().min(1).max(10_000)

const eid = z.looseObject({
  source: z.string(),
  uids: z.array(z.looseObject({ id: z.string() })).optional(),
})
const eids = z.array(eid).optional()

/** The part of an OpenRTB 2.6 request that the sandbox exchange needs. Other members are allowed. */
const bidRequestSchema = z.looseObject({
  id: z.string().min(1),
  imp: z
    .array(
      z.looseObject({
        id: z.string().min(1),
        tagid: z.string().optional(),
        banner: z
          .looseObject({
            w: size.optional(),
            h: size.optional(),
            format: z.array(z.looseObject({ w: size.optional(), h: size.optional() })).optional(),
          })
          .optional(),
        ext: z
          .looseObject({ prebid: z.looseObject({ adunitcode: z.string().optional() }).optional() })
          .optional(),
      }),
    )
    .min(1)
    .max(100),
  user: z.looseObject({ eids, ext: z.looseObject({ eids }).optional() }).optional(),
  ext: z.unknown().optional(),
})

export type BidRequest = z.infer<typeof bidRequestSchema>
export type Imp = BidRequest['imp'][number]

export interface Size {
  w: number
  h: number
}

export function parseBidRequest(
  input: unknown,
): { ok: true; request: BidRequest } | { ok: false; message: string } {
  const parsed = bidRequestSchema.safeParse(input)
  return parsed.success
    ? { ok: true, request: parsed.data }
    : { ok: false, message: z.prettifyError(parsed.error) }
}

/**
 * The first id of a source, from `user.eids` (OpenRTB 2.6) or `user.ext.eids` (where Prebid still puts them).
 */
export function idFrom(request: BidRequest, source: string): string | undefined {
  const all = [...(request.user?.eids ?? []), ...(request.user?.ext?.eids ?? [])]
  return all
    .filter((candidate) => candidate.source === source)
    .flatMap(({ uids }) => uids ?? [])
    .find(({ id }) => id !== '')?.id
}

export function bannerSizes({ banner }: Imp): Size[] {
  const offered = [...(banner?.format ?? []), { w: banner?.w, h: banner?.h }]
  return offered.flatMap(({ w, h }) => (w === undefined || h === undefined ? [] : [{ w, h }]))
}

/** The slot's name, the same on each page view. */
export function slotName(imp: Imp): string {
  return imp.tagid ?? imp.ext?.prebid?.adunitcode ?? imp.id
}
