import { expect, test } from 'bun:test'
import { resourcePath } from '@service/router/policy/resource-path.ts'

test('the path of a thing ends with its id', () => {
  expect(resourcePath('/v1/responses/:id', '/v1/responses/r1')).toBe('/v1/responses/r1')
  expect(resourcePath('/v1/responses/:id/cancel', '/v1/responses/r1/cancel')).toBe('/v1/responses/r1')
})

test('a route that names nothing has none', () => {
  expect(resourcePath('/api/show', '/api/show')).toBeUndefined()
})
