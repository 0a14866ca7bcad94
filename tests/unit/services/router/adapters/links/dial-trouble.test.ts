import { expect, test } from 'bun:test'
import { connectTrouble } from '@service/router/adapters/links/dial-trouble.ts'
import type { ConnectFailure } from '@service/router/adapters/links/dial-trouble.ts'

const failure = (traits: Partial<ConnectFailure>): ConnectFailure => ({
  code: 'ECONNREFUSED',
  routeCode: undefined,
  elapsedMs: 3,
  platform: 'linux',
  isNeighbour: true,
  ...traits,
})

test('who refuses at once refuses', () => {
  expect(connectTrouble(failure({}))).toBe('refused')
  expect(connectTrouble(failure({ code: 'ECONNRESET' }))).toBe('refused')
  expect(connectTrouble(failure({ platform: 'darwin' }))).toBe('refused')
})

test('a refusal that takes a second is a neighbour who does not answer', () => {
  expect(connectTrouble(failure({ elapsedMs: 3050 }))).toBe('no-answer')
  expect(connectTrouble(failure({ code: 'ETIMEDOUT', elapsedMs: 120_000 }))).toBe('no-answer')
  expect(connectTrouble(failure({ code: undefined }))).toBe('no-answer')
})

test.each(['ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN', 'EACCES', 'EINVAL'])(
  'a network that says %s has no way there, whatever the connection was told',
  (code) => {
    expect(connectTrouble(failure({ routeCode: code }))).toBe('no-route')
    expect(connectTrouble(failure({ code }))).toBe('no-route')
  },
)

test('macOS that has no way to its own neighbour keeps this program from the local network', () => {
  const denied = failure({ platform: 'darwin', routeCode: 'EHOSTUNREACH' })
  expect(connectTrouble(denied)).toBe('local-network-permission')
  expect(connectTrouble(failure({ platform: 'darwin', code: 'EHOSTUNREACH' }))).toBe(
    'local-network-permission',
  )
  expect(connectTrouble({ ...denied, isNeighbour: false })).toBe('no-route')
  expect(connectTrouble({ ...denied, platform: 'linux' })).toBe('no-route')
  expect(connectTrouble({ ...denied, routeCode: 'ENETUNREACH' })).toBe('no-route')
})
