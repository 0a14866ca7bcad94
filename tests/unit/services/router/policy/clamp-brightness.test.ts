import { expect, test } from 'bun:test'
import { clampBrightness } from '@service/router/policy/clamp-brightness.ts'

test('brightness outside of 0 to 1 becomes the nearer end', () => {
  expect([-3, 0, 0.25, 1, 80].map(clampBrightness)).toEqual([0, 0, 0.25, 1, 1])
})
