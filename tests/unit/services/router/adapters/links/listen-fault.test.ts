import { expect, test } from 'bun:test'
import { listenFault } from '@service/router/adapters/links/listen-fault.ts'

const place = { linkPort: 8082, listenHost: '10.0.0.9' }

test('a port that is taken is told with its variable', () => {
  expect(listenFault(Object.assign(new Error('x'), { code: 'EADDRINUSE' }), place)).toMatchObject({
    code: 'conflict',
    message: expect.stringMatching(/8082.*CLUSTER_LINK_PORT/),
  })
})

test('an address of another machine is told with its variable', () => {
  expect(listenFault(Object.assign(new Error('x'), { code: 'EADDRNOTAVAIL' }), place)).toMatchObject({
    code: 'conflict',
    message: expect.stringMatching(/10\.0\.0\.9.*CLUSTER_LISTEN_HOST/),
  })
})

test('what is not known stays what it is', () => {
  const error = new Error('x')
  expect(listenFault(error, place)).toBe(error)
  expect(listenFault('thrown', place)).toBe('thrown')
})
