import { expect, test } from 'bun:test'
import { saneRequestId } from '@service/router/policy/request-id.ts'

test('an id of letters, digits, points, dashes and underscores is taken as it is', () => {
  expect(saneRequestId('Req_1.2-z')).toBe('Req_1.2-z')
  expect(saneRequestId('a'.repeat(128))).toBe('a'.repeat(128))
})

test('an id that could break a log line or a header is not taken', () => {
  for (const given of ['', 'a b', 'a\nb', 'ä', 'a/b', '"', 'a'.repeat(129), null]) {
    expect(saneRequestId(given)).toBeUndefined()
  }
})
