import { hideRefusedObserver } from '#lib/ads/browser-apis.ts'

// Next runs this file before anything else of it in the browser.
hideRefusedObserver(window)
