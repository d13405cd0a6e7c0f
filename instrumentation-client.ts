import { hideRefusedObserver } from '#lib/ads/browser-apis.ts'

// Next runs this file first in the browser.
hideRefusedObserver(window)
