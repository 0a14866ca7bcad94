import { expect, test } from 'bun:test'
import { offeredPaths } from '@service/router/features/capabilities/offered-paths.ts'

const offers = offeredPaths([{ path: '/models/:id' }, { path: '/v1/a/:id/b' }])

test('a path is that of a route whatever its parameters are called', () => {
  expect(offers('/models/:name')).toBe(true)
  expect(offers('/v1/a/:other/b')).toBe(true)
})

test('a route with a parameter is no route of each of its values', () => {
  expect(offers('/models/available')).toBe(false)
  expect(offers('/models')).toBe(false)
})
