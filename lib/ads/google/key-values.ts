import type { Product } from '../../identity/public-identity'
import type { TokenState } from '../token-store/transitions'

/**
 * What an ad server may know for its reports: whether there was a token, and the reader's group in a hold-out
 * (`n` as usual, `c` control). Never a value that says who.
 */
export function keyValues(state: TokenState, product: Product): Record<string, string | null> {
  const bucket = 'bucket' in state ? state.bucket : undefined
  return {
    [`${product}_present`]: state.status === 'available' ? 'y' : 'n',
    [`${product}_ab`]: bucket === undefined ? null : bucket === 'control' ? 'c' : 'n',
  }
}
