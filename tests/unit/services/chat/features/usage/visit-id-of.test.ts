import { expect, test } from 'bun:test'
import { visitIdOf } from '@service/chat/features/usage/visit-id-of.ts'

const requestOf = (visit?: string): Request =>
  new Request('http://localhost/', visit === undefined ? {} : { headers: { 'x-skein-visit': visit } })

test('the visit is what the router wrote, if it can be one', () => {
  expect(visitIdOf(requestOf('3f-a'))).toBe('3f-a')
  expect(visitIdOf(requestOf())).toBeUndefined()
  expect(visitIdOf(requestOf('a b'))).toBeUndefined()
  expect(visitIdOf(requestOf('a'.repeat(200)))).toBeUndefined()
})
