/** A line such as `display 0: brightness 0.617188` in what `brightness -l` prints. */
const BRIGHTNESS_LINE = /^display \d+: brightness (\d(?:\.\d+)?)$/m

/** Brightness of the first screen that has one, 0 to 1; undefined when none has. */
export const parseDisplayBrightness = (listing: string): number | undefined => {
  const found = BRIGHTNESS_LINE.exec(listing)?.[1]
  return found === undefined ? undefined : Math.min(1, Number(found))
}
