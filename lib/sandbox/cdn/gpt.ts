import 'server-only'

import type { KnownService, KnownTag } from './gpt-api'
import type { rendering } from './gpt-rendering'
import type { adRequests } from './gpt-requests'
import type { secureSignals } from './gpt-signals'
import type { Place, slots } from './gpt-slots'

/** The parts of the script. Each is a self-contained function. */
export interface GptParts {
  adRequests: typeof adRequests
  rendering: typeof rendering
  secureSignals: typeof secureSignals
  slots: typeof slots
}

/**
 * A stand-in for Google's tag, `https://securepubads.g.doubleclick.net/tag/js/gpt.js`, with the part that
 * publishers of UID2 use, after https://developers.google.com/publisher-tag/reference, and checked against
 * its types. Each `refresh` makes one request. Lazy loading, location and privacy settings are accepted and
 * have no effect.
 *
 * Which script Google itself deploys for a signal is set in Ad Manager (Inventory, Secure signals, Web signal
 * deploy option). Here the URL sets it: `gpt.js?deploy=uid2` loads `uid2SecureSignal.js` from the same
 * folder, `deploy=euid` the other one.
 *
 * It runs in a browser and is served as text, so it may use nothing else of this module.
 */
export function gpt(parts: GptParts): void {
  type EventName = keyof googletag.events.EventTypeMap
  const SIGNALS_LIMIT_MS = 500
  /** The line item for Prebid. The exchange's ads have none, as backfill has none. */
  const PREBID_LINE_ITEM = { advertiserId: 5901, campaignId: 59011, creativeId: 590111, lineItemId: 590112 }

  const page = window as unknown as { googletag?: Partial<KnownTag> }
  page.googletag ??= {}
  const tag = page.googletag
  // A second evaluation changes nothing.
  if (tag.apiReady) return
  const address = new URL((document.currentScript as HTMLScriptElement | null)?.src || location.href)
  const queued = Array.isArray(tag.cmd) ? tag.cmd : []
  const providers = Array.isArray(tag.secureSignalProviders) ? tag.secureSignalProviders : []

  // biome-ignore lint/suspicious/noConsole: the tag speaks to publishers in the console of their browser.
  const warn = (text: string) => console.warn(`[GPT] ${text}`)
  const signals = parts.secureSignals(warn)
  const frames = parts.rendering()
  const places = parts.slots(warn)
  const server = parts.adRequests(new URL('/sandbox/exchange/openrtb2/auction', address).href)
  const targeting = places.keyValues()
  const listeners = new Map<EventName, Set<(event: never) => void>>()
  let safeFrame: googletag.config.PageSettingsConfig['safeFrame'] = null
  const settings = { isEnabled: false, singleRequest: false, initialLoad: true, collapses: false }
  let requests = 0
  let deployed: Promise<unknown> = Promise.resolve()

  function fire<K extends EventName>(
    name: K,
    { slot }: Place,
    more: Omit<googletag.events.EventTypeMap[K], 'slot' | 'serviceName'>,
  ): void {
    for (const listener of listeners.get(name) ?? []) {
      const event = { slot, serviceName: 'publisher_ads', ...more }
      attempt(`Exception in "${name}" event listener`, () => listener(event as never))
    }
  }

  function attempt(what: string, run: () => void): void {
    try {
      run()
    } catch (error) {
      warn(`${what}: ${error}.`)
    }
  }

  async function request(wanted: readonly Place[]): Promise<void> {
    if (wanted.length === 0) return
    const number = ++requests
    for (const place of wanted) place.request = number
    await deployed
    const texts = await signals.collected(SIGNALS_LIMIT_MS)
    const isWanted = (place: Place) => places.of(place.slot) === place && place.request === number
    const asked = wanted.filter(isWanted)
    if (asked.length === 0) return
    for (const place of asked) fire('slotRequested', place, {})
    const bids = await server.ask(asked, targeting.all(), texts)
    for (const place of asked.filter(isWanted)) {
      fire('slotResponseReceived', place, {})
      fill(
        place,
        bids.find(({ impid }) => impid === place.element),
      )
    }
  }

  function fill(place: Place, bid: Awaited<ReturnType<typeof server.ask>>[number] | undefined): void {
    const element = document.getElementById(place.element)
    if (!element) {
      warn(`No div element "${place.element}" on the page.`)
      return
    }
    const adId = server.prebidAd(place, bid)
    const collapses = place.collapses ?? settings.collapses
    const isEmpty = adId === undefined && bid === undefined
    if (collapses) element.style.display = isEmpty ? 'none' : ''
    // The creative of a line item for Prebid is 1 × 1. Prebid then sets the ad's size.
    const size: [number, number] = adId !== undefined || !bid ? [1, 1] : [bid.w, bid.h]
    const ids = adId === undefined ? null : PREBID_LINE_ITEM
    place.filled = isEmpty ? null : { ...noIds, ...ids }
    if (isEmpty) frames.empty(element)
    else
      frames.show(
        element,
        place.frameName,
        adId === undefined ? (bid?.adm ?? '') : frames.universalCreative(adId),
        size,
        {
          onLoad: () => fire('slotOnload', place, {}),
          onVisible: (inViewPercentage) => fire('slotVisibilityChanged', place, { inViewPercentage }),
          onViewable: () => fire('impressionViewable', place, {}),
        },
      )
    fire('slotRenderEnded', place, {
      ...noIds,
      ...ids,
      isEmpty,
      isBackfill: !isEmpty && ids === null,
      size: isEmpty ? null : size,
      slotContentChanged: !isEmpty,
      sourceAgnosticCreativeId: ids?.creativeId ?? null,
      sourceAgnosticLineItemId: ids?.lineItemId ?? null,
      labelIds: null,
      yieldGroupIds: null,
      companyIds: null,
      responseIdentifier: element.getAttribute('data-google-query-id'),
    })
  }

  const noIds = {
    advertiserId: null,
    campaignId: null,
    creativeId: null,
    creativeTemplateId: null,
    lineItemId: null,
  }

  /**
   * Requests slots that are displayed and were never requested, in one request with all other slots where the
   * page asks for that.
   */
  function load(): void {
    if (!settings.isEnabled || !settings.initialLoad) return
    const isNew = (place: Place) => place.isServed && place.request === 0
    const due = places.all().filter((place) => isNew(place) && place.isDisplayed)
    if (due.length === 0) return
    if (settings.singleRequest) {
      const others = places.all().filter((place) => isNew(place) && document.getElementById(place.element))
      void request([...new Set([...due, ...others])])
    } else for (const place of due) void request([place])
  }

  function chosen(wanted: googletag.Slot[] | null | undefined): Place[] {
    return places.all().filter(({ slot }) => !wanted || wanted.includes(slot))
  }

  function empty(place: Place): void {
    place.request = -1
    place.filled = null
    const element = document.getElementById(place.element)
    if (element) frames.empty(element)
  }

  const whole = () => service as googletag.PubAdsService
  const service: KnownService = {
    addEventListener(name, listener) {
      const held = listeners.get(name) ?? new Set()
      listeners.set(name, held.add(listener as (event: never) => void))
      return whole()
    },
    removeEventListener: (name, listener) =>
      void listeners.get(name)?.delete(listener as (event: never) => void),
    getSlots: () => places.all().flatMap(({ slot, isServed }) => (isServed ? [slot] : [])),
    setTargeting(key, value) {
      targeting.set(key, value)
      return whole()
    },
    clearTargeting(key) {
      targeting.clear(key)
      return whole()
    },
    getTargeting: targeting.get,
    getTargetingKeys: targeting.keys,
    disableInitialLoad() {
      settings.initialLoad = false
    },
    isInitialLoadDisabled: () => !settings.initialLoad,
    enableSingleRequest() {
      settings.singleRequest = true
      return true
    },
    refresh(wanted) {
      if (!settings.isEnabled) return warn('refresh was called before enableServices.')
      void request(chosen(wanted).filter(({ isServed, isDisplayed }) => isServed && isDisplayed))
    },
    clear(wanted) {
      for (const place of chosen(wanted)) empty(place)
      return true
    },
    collapseEmptyDivs() {
      settings.collapses = true
      return true
    },
    updateCorrelator: whole,
    setForceSafeFrame: whole,
    setSafeFrameConfig: whole,
    setPrivacySettings: whole,
    setPublisherProvidedId: whole,
    setLocation: whole,
    setCentering() {},
    enableLazyLoad() {},
  }

  const run = (command: () => void) =>
    attempt('Exception in googletag.cmd function', () => command.call(globalThis))
  let commands = 0
  const known: KnownTag = {
    apiReady: true,
    pubadsReady: undefined,
    getVersion: () => 'sandbox',
    cmd: {
      push(...added) {
        for (const command of added) run(command)
        commands += added.length
        return commands
      },
    },
    pubads: whole,
    secureSignalProviders: signals.api,
    defineSlot: (path, size, element) => places.define(path, size, element)?.slot ?? null,
    destroySlots(wanted) {
      for (const place of chosen(wanted)) {
        empty(place)
        places.remove(place.element)
      }
      return true
    },
    display(target) {
      const place = places.of(target)
      if (!place) return warn('display was called for an element without a slot.')
      place.isDisplayed = true
      load()
    },
    enableServices() {
      settings.isEnabled = true
      tag.pubadsReady = true
      load()
    },
    setConfig(config) {
      targeting.configure(config.targeting)
      if (config.singleRequest !== undefined) settings.singleRequest = config.singleRequest === true
      if (config.disableInitialLoad !== undefined) settings.initialLoad = config.disableInitialLoad !== true
      if (config.collapseDiv !== undefined)
        settings.collapses = config.collapseDiv !== null && config.collapseDiv !== 'DISABLED'
      // Every ad is sandboxed anyway. The setting is only kept.
      if (config.safeFrame !== undefined) safeFrame = config.safeFrame
    },
    getConfig(keys) {
      const all = { targeting: targeting.all(), disableInitialLoad: !settings.initialLoad, safeFrame }
      return Object.fromEntries(Object.entries(all).filter(([key]) => [keys].flat().includes(key)))
    },
  }
  Object.assign(tag, known)

  const deploy = { uid2: 'uid2SecureSignal.js', euid: 'euidSecureSignal.js' }[
    address.searchParams.get('deploy') ?? ''
  ]
  if (deploy !== undefined)
    deployed = new Promise((resolve) => {
      const script = document.createElement('script')
      script.src = new URL(deploy, address).href
      script.onload = resolve
      script.onerror = resolve
      document.head.append(script)
    })
  for (const provider of providers) signals.api.push(provider)
  known.cmd.push(...queued)
}
