import 'server-only'

import { processWide } from '../../shared/process-wide'
import { dsp } from '../operator/credentials'
import { sandboxOperator } from '../operator/instance'
import type { Scope } from '../operator/types'
import { type Buyer, createBuyer } from './buyer'

/**
 * The buyer of this process. It asks the sandbox operator for keys as a DSP would, but without the network.
 */
export function sandboxBuyer(scope: Scope): Buyer {
  return processWide(`sandbox.buyer.${scope}`, () =>
    createBuyer({
      source: scope === 'euid' ? 'euid.eu' : 'uidapi.com',
      clientSecret: dsp.clientSecret,
      async call(body, signal) {
        const headers = { authorization: `Bearer ${dsp.apiKey}`, 'content-type': 'text/plain' }
        const request = { method: 'POST', path: '/v2/key/bidstream', headers, body }
        const reply = await sandboxOperator(scope).handle(request, signal)
        if (reply.status !== 200 || reply.fault) throw new Error(`the key endpoint answered ${reply.status}`)
        return Buffer.from(reply.body)
      },
    }),
  )
}
