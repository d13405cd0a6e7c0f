/// <reference types="google-publisher-tag" />
import 'server-only'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** The part of `googletag` that publishers of UID2 use. Everything else is missing. */
export type KnownTag = Mutable<
  Pick<
    typeof googletag,
    | 'apiReady'
    | 'cmd'
    | 'defineSlot'
    | 'destroySlots'
    | 'display'
    | 'enableServices'
    | 'getConfig'
    | 'getVersion'
    | 'pubads'
    | 'pubadsReady'
    | 'secureSignalProviders'
    | 'setConfig'
  >
>

export type KnownService = Omit<
  googletag.PubAdsService,
  | 'clearCategoryExclusions'
  | 'display'
  | 'enableVideoAds'
  | 'get'
  | 'getAttributeKeys'
  | 'set'
  | 'setCategoryExclusion'
  | 'setVideoContent'
>

export type KnownSlot = Pick<
  googletag.Slot,
  | 'addService'
  | 'clearTargeting'
  | 'getAdUnitPath'
  | 'getConfig'
  | 'getResponseInformation'
  | 'getSlotElementId'
  | 'getTargeting'
  | 'getTargetingKeys'
  | 'setCollapseEmptyDiv'
  | 'setConfig'
  | 'setForceSafeFrame'
  | 'setTargeting'
  | 'updateTargetingFromMap'
>
