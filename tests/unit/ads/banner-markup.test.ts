import { describe, expect, it } from 'vitest'
import { isBannerMarkup } from '#lib/ads/banner-markup.ts'

describe('markup that a frame can show (P18)', () => {
  it.each([
    '<p>',
    'text',
    '<!doctype html><html><body></body></html>',
    '<script>player.play(`<VAST version="4.2"></VAST>`)</script>',
    '<div><VAST></VAST></div>',
    '<vast-player></vast-player>',
    '{{template}}',
    '{ "not": json }',
  ])('%s', (markup) => expect(isBannerMarkup(markup)).toBe(true))
})

describe('markup that a frame cannot show (P18)', () => {
  it.each([
    '',
    ' \n',
    '<VAST version="4.2"></VAST>',
    '<vast/>',
    '\uFEFF <?xml version="1.0" encoding="UTF-8"?>\n<!-- of a bidder -->\n<VAST version="3.0">',
    '<VideoAdServingTemplate>',
    '<vmap:VMAP version="1.0">',
    '<DAAST version="1.0">',
    '{"native":{"assets":[]}}',
    ' {"assets":[],"link":{"url":"https://example.com"}} ',
  ])('%s', (markup) => expect(isBannerMarkup(markup)).toBe(false))
})
