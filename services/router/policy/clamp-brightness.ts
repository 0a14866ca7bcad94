/** @param brightness finite */
export const clampBrightness = (brightness: number): number => Math.min(1, Math.max(0, brightness))
