import { describe, expect, test } from 'bun:test'
import { createTrustedHosts } from '@service/router/policy/trusted-host.ts'

const hosts = createTrustedHosts(['Studio.local'])

describe('a Host header', () => {
  test.each([
    'localhost',
    'localhost:8080',
    'LOCALHOST:1',
    '127.0.0.1:8080',
    '[::1]:8080',
    'studio.local:80',
  ])('that names this node is trusted: %s', (host) => expect(hosts.isTrustedHost(host)).toBe(true))

  test.each([
    '',
    'evil.com',
    'localhost.evil.com',
    'evil.com:8080',
    'localhost:8080@evil.com',
    'localhost/x',
    'localhost:port',
    '127.0.0.2',
    '[::2]',
    'localhost evil.com',
  ])('that names anything else is not: %p', (host) => expect(hosts.isTrustedHost(host)).toBe(false))
})

describe('an Origin header', () => {
  test.each([
    null,
    'http://localhost:3000',
    'https://studio.local',
    'app://obsidian.md',
    'vscode-webview://x',
  ])('of a program, of an app or of a page of this machine may call: %p', (origin) =>
    expect(hosts.isTrustedOrigin(origin)).toBe(true),
  )

  test.each(['https://evil.com', 'http://localhost.evil.com', 'null', '', 'localhost'])(
    'of another site, or of a frame that hides its own, may not: %p',
    (origin) => expect(hosts.isTrustedOrigin(origin)).toBe(false),
  )
})

test('names of the machine count while it has them', () => {
  let names = ['laptop.local', '192.168.1.2', '[fd00::2]']
  const hosts = createTrustedHosts([], () => names)
  for (const host of ['Laptop.local:8080', '192.168.1.2:8080', '[FD00::2]:8080', 'localhost'])
    expect(hosts.isTrustedHost(host)).toBe(true)
  names = ['10.0.0.7']
  expect(hosts.isTrustedHost('192.168.1.2:8080')).toBe(false)
  expect(hosts.isTrustedHost('rebound.example')).toBe(false)
})
