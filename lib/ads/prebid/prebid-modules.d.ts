// Prebid's package has no types for these two, which are only ever loaded for what they do.
declare module 'prebid.js/modules/allowActivities'
declare module 'prebid.js/modules/gppControl_usnat'
