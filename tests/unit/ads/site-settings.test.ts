import { afterEach, expect, test, vi } from 'vitest'
import { siteSettings } from '#lib/ads/site-settings.ts'

afterEach(() => vi.unstubAllGlobals())

test('a lost request is repeated by the next caller, a response is kept', async () => {
  const settings = { mode: 'sandbox', prebidServer: null }
  const wire = vi
    .fn<typeof fetch>()
    .mockRejectedValueOnce(new TypeError('offline'))
    .mockResolvedValueOnce(new Response(null, { status: 502 }))
    .mockImplementation(async () => Response.json(settings))
  vi.stubGlobal('window', {})
  vi.stubGlobal('fetch', wire)
  const both = [siteSettings(), siteSettings()]
  for (const each of both) await expect(each).rejects.toThrow('offline')
  await expect(siteSettings()).rejects.toThrow('502')
  expect(await siteSettings()).toEqual(settings)
  expect(await siteSettings()).toEqual(settings)
  expect(wire).toHaveBeenCalledTimes(3)
})
