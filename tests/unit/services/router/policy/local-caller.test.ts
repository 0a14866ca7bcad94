import { describe, expect, test } from 'bun:test'
import { isLocalCaller, isLoopbackAddress } from '@service/router/policy/local-caller.ts'

test.each(['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1'])('%s is this machine', (address) => {
  expect(isLoopbackAddress(address)).toBe(true)
})

test.each(['10.0.0.1', '128.0.0.1', '::2', '::ffff:10.0.0.1', '127.evil', '', 'localhost'])(
  '%p is not',
  (address) => {
    expect(isLoopbackAddress(address)).toBe(false)
  },
)

describe('a caller is local', () => {
  test.each(['localhost:8080', '127.0.0.1', '[::1]:8080', 'LOCALHOST'])('who asks for %s', (host) => {
    expect(isLocalCaller('127.0.0.1', new Headers({ host }))).toBe(true)
  })
})

describe('a caller is not local', () => {
  test.each(['evil.example', 'localhost.evil.example', 'mac.local:8080', '', '127.0.0.1@evil.example'])(
    'who asks for %p',
    (host) => {
      expect(isLocalCaller('127.0.0.1', new Headers({ host }))).toBe(false)
    },
  )

  test.each(['X-Forwarded-For', 'Forwarded', 'Via', 'X-Real-IP', 'CF-Connecting-IP', 'X-Forwarded-Proto'])(
    'whom a proxy has passed on (%s)',
    (name) => {
      expect(isLocalCaller('127.0.0.1', new Headers({ host: 'localhost', [name]: '127.0.0.1' }))).toBe(false)
    },
  )

  test('who comes from elsewhere, or from nobody knows where', () => {
    const headers = new Headers({ host: 'localhost' })
    expect(isLocalCaller('192.168.1.7', headers)).toBe(false)
    expect(isLocalCaller(undefined, headers)).toBe(false)
  })
})
