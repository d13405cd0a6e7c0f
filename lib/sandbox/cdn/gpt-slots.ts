import 'server-only'

import type { KnownSlot } from './gpt-api'

export type Place = NonNullable<ReturnType<ReturnType<typeof slots>['define']>>

/**
 * Slots and key-values of Google's tag: https://developers.google.com/publisher-tag/reference (`Slot`,
 * `defineSlot`, `setConfig`). A second slot for one element gets a warning and null.
 *
 * It runs in a browser and is served as text, so it may use nothing else of this module.
 */
export function slots(warn: (text: string) => void) {
  type Values = Record<string, string | string[] | null>
  const places = new Map<string, ReturnType<typeof makePlace>>()
  const defined = new Map<string, number>()

  function keyValues() {
    const held = new Map<string, string[]>()
    const set = (key: string, value: string | string[]) => void held.set(key, [value].flat().map(String))
    return {
      set,
      get: (key: string) => [...(held.get(key) ?? [])],
      keys: () => [...held.keys()],
      all: (): Record<string, string[]> => Object.fromEntries(held),
      clear: (key?: string) => (key === undefined ? held.clear() : void held.delete(key)),
      /** Null clears a key, or all keys. A key that is not named stays. */
      configure(changes: Values | null | undefined) {
        if (changes === null) held.clear()
        for (const [key, value] of Object.entries(changes ?? {}))
          value === null ? held.delete(key) : set(key, value)
      },
    }
  }

  function sizesOf(size: googletag.GeneralSize): [number, number][] {
    const all = Array.isArray(size) && !size.every((each) => typeof each === 'number') ? size : [size]
    return all.flatMap((each) =>
      Array.isArray(each) && typeof each[0] === 'number' && typeof each[1] === 'number'
        ? [[each[0], each[1]] as [number, number]]
        : [],
    )
  }

  function makePlace(path: string, size: googletag.GeneralSize, element: string) {
    const index = defined.get(path) ?? 0
    defined.set(path, index + 1)
    const targeting = keyValues()
    const place = {
      path,
      element,
      sizes: sizesOf(size),
      targeting,
      frameName: `google_ads_iframe_${path}_${index}`,
      collapses: undefined as boolean | undefined,
      isServed: false,
      isDisplayed: false,
      /** The number of its latest request. 0: none yet. */
      request: 0,
      filled: null as googletag.ResponseInformation | null,
    }
    const whole = () => slot as googletag.Slot
    const slot: KnownSlot = {
      addService() {
        place.isServed = true
        return whole()
      },
      getAdUnitPath: () => path,
      getSlotElementId: () => element,
      getResponseInformation: () => place.filled,
      getTargeting: targeting.get,
      getTargetingKeys: targeting.keys,
      setTargeting(key, value) {
        targeting.set(key, value)
        return whole()
      },
      clearTargeting(key) {
        targeting.clear(key)
        return whole()
      },
      updateTargetingFromMap(map) {
        targeting.configure(map)
        return whole()
      },
      setConfig(config) {
        targeting.configure(config.targeting)
        if (config.collapseDiv !== undefined) place.collapses = config.collapseDiv !== 'DISABLED'
        return whole()
      },
      getConfig: (keys) => ([keys].flat().includes('targeting') ? { targeting: targeting.all() } : {}),
      setCollapseEmptyDiv(collapses) {
        place.collapses = collapses
        return whole()
      },
      // Every frame is sandboxed here.
      setForceSafeFrame: whole,
    }
    return Object.assign(place, { slot: whole() })
  }

  return {
    keyValues,
    all: () => [...places.values()],
    of: (target: string | Element | googletag.Slot) =>
      [...places.values()].find(({ slot, element }) =>
        typeof target === 'string'
          ? element === target
          : slot === target || element === (target as Element).id,
      ),
    define(
      path: string,
      size: googletag.GeneralSize,
      element = `gpt_unit_${path}_${defined.get(path) ?? 0}`,
    ) {
      if (places.has(element)) {
        warn(`Div element "${element}" is already associated with another slot: ${path}.`)
        return null
      }
      const place = makePlace(path, size, element)
      places.set(element, place)
      return place
    },
    remove: (element: string) => places.delete(element),
  }
}
