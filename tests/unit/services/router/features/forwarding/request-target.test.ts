import { expect, test } from 'bun:test'
import { requestTarget } from '@service/router/features/forwarding/request-target.ts'

test('path and query are taken as the client wrote them', () => {
  expect(requestTarget('http://localhost:8080/v1/models/a%2Fb?x=%20/../y')).toEqual({
    path: '/v1/models/a%2Fb',
    pathAndQuery: '/v1/models/a%2Fb?x=%20/../y',
  })
  expect(requestTarget('http://localhost')).toEqual({ path: '/', pathAndQuery: '/' })
  expect(requestTarget('http://localhost//double').path).toBe('//double')
})

test.each([
  '/files/../_skein/health',
  '/files/%2e%2e/_skein/health',
  '/files/.%2E/_skein/health',
  '/files\\..\\_skein\\health',
  '/files/./../_skein/health',
])('steps are walked before a route is looked for: %s', (path) => {
  expect(requestTarget(`http://localhost${path}?q=1`)).toEqual({
    path: '/_skein/health',
    pathAndQuery: '/_skein/health?q=1',
  })
})

test('what is walked is what any HTTP client would ask for', () => {
  for (const path of ['/a/../b', '/a/.hidden', '/a/%2e', '/a/b/../../c/./d', '/a\\b', '/..', '/a/..%2f..']) {
    expect(requestTarget(`http://localhost${path}`).path).toBe(new URL(`http://localhost${path}`).pathname)
  }
})
