/** Of this browser's clock and zone, to the second. `time`: Unix ms. */
export const timeOfDay = (time: number): string =>
  new Date(time).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
