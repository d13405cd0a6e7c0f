import type { Product } from '../identity/public-identity'
import { products } from '../shared/products'

/** The question on the choice page. The first paragraph is its heading. */
export function consentParagraphs(product: Product): readonly [string, ...string[]] {
  const { name } = products[product]
  return [
    'May we use your e-mail address or phone number for ads?',
    `If you say yes, our server normalises it, hashes it and sends it, encrypted, to the ${name} service, which makes an advertising token from it. A hash still stands for you: ${name} can tell it is you whenever another site sends the same address or number.`,
    `The token goes out with the ad requests of the pages that you read here, so that advertisers who use ${name} can recognise you on this site and on others. It is renewed while you are signed in.`,
    'If you say no, nothing is made and nothing is sent, and you read exactly the same magazine, with ads that know only the page.',
  ]
}

/**
 * The exact text of the question, which a consent record keeps. Change the text and the version together: an
 * answer is recorded with the version that was shown.
 */
export const consentWording = (product: Product): { version: string; text: string } => ({
  version: `2026-11-${product}`,
  text: consentParagraphs(product).join('\n\n'),
})
