import { Fault } from '@shared/fault/fault.ts'
import type { ScreenBrightness } from '../features/screen/screen-brightness.ts'

/** A machine whose screen Skein cannot reach. @param reason for the caller */
export const createNoScreenBrightness = (reason: string): ScreenBrightness => {
  const refuse = (): Promise<never> => Promise.reject(new Fault('not_supported', reason))
  return { read: refuse, write: refuse }
}
