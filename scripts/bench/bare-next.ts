import type { Site } from '../../tests/support/site.ts'
import { startNextApp } from './next-app.ts'

/** What every Next app pays: a proxy that does nothing, a JSON route, a static and a dynamic page. */
export const startBareNext = (sizes: { json: number; page: number }): Promise<Site> =>
  startNextApp({ name: 'bare', sizes, proxy: true })
