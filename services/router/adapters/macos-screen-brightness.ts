import { Fault } from '@shared/fault/fault.ts'
import { parseDisplayBrightness } from '../features/screen/display-brightness-list.ts'
import type { ScreenBrightness } from '../features/screen/screen-brightness.ts'

/** Long enough for a sleepy window server, short enough for a caller. */
const TIMEOUT_MS = 5000

/**
 * macOS has no public interface for the brightness of a screen. This goes through the `brightness` program
 * (Homebrew: `brew install brightness`), which people install for exactly that.
 */
export const createMacosScreenBrightness = (): ScreenBrightness => ({
  read: readBrightness,
  async write(brightness) {
    await run([brightness.toFixed(4)])
    return await readBrightness()
  },
})

const readBrightness = async (): Promise<number> => {
  const brightness = parseDisplayBrightness(await run(['-l']))
  if (brightness === undefined) {
    throw new Fault(
      'not_supported',
      'The brightness of no screen of this Mac can be read; is the lid closed?',
    )
  }
  return brightness
}

const run = async (options: readonly string[]): Promise<string> => {
  const program = Bun.which('brightness')
  if (program === null) {
    throw new Fault(
      'not_supported',
      'The brightness of the screen needs the `brightness` program on this Mac: brew install brightness',
    )
  }
  const child = Bun.spawn([program, ...options], { stdout: 'pipe', stderr: 'pipe', timeout: TIMEOUT_MS })
  const [output, complaint] = await Promise.all([child.stdout.text(), child.stderr.text()])
  if ((await child.exited) === 0) return output
  const reason = complaint.trim().split('\n')[0] ?? ''
  throw new Fault('not_supported', `The brightness of this screen cannot be changed: ${reason.slice(0, 200)}`)
}
