import { expect, test } from 'bun:test'
import { parseDisplayBrightness } from '@service/router/features/screen/display-brightness-list.ts'

test('the first screen that has a brightness counts', () => {
  const listing = `display 0: main, active, awake, online, external, ID 0x1
brightness: failed to get brightness of display 0x1
display 1: active, awake, online, built-in, ID 0x4280a80
display 1: brightness 0.617188
display 2: brightness 1.000000
`
  expect(parseDisplayBrightness(listing)).toBe(0.617188)
})

test('no screen with a brightness is no brightness', () => {
  expect(parseDisplayBrightness('')).toBeUndefined()
  expect(parseDisplayBrightness('display 0: main, active, ID 0x1\n')).toBeUndefined()
})
