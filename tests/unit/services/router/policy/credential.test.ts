import { expect, test } from 'bun:test'
import { credentialIn } from '@service/router/policy/credential.ts'

test.each([
  [{ authorization: 'Bearer abc' }, 'abc'],
  [{ authorization: 'bearer   abc ' }, 'abc'],
  [{ 'x-api-key': 'abc' }, 'abc'],
  [{ 'xi-api-key': 'abc' }, 'abc'],
  [{ 'sec-websocket-protocol': 'realtime, openai-insecure-api-key.abc' }, 'abc'],
  [{ authorization: 'Bearer abc', 'x-api-key': 'other' }, 'abc'],
  [{ authorization: 'Basic YWJj', 'x-api-key': 'abc' }, 'abc'],
  [{}, undefined],
  [{ authorization: 'Bearer ' }, undefined],
  [{ authorization: 'Bearer a b' }, undefined],
  [{ 'x-api-key': '' }, undefined],
  [{ 'x-api-key': 'x'.repeat(600) }, undefined],
] as const)('%j carries %p', (headers, credential) => {
  expect(credentialIn(new Headers(headers))).toBe(credential)
})
