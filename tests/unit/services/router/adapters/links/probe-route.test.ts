import { expect, test } from 'bun:test'
import { probeRoute, troubleOfConnect } from '@service/router/adapters/links/probe-route.ts'

test('there is a way to this machine, and what is no address has none', async () => {
  expect(await probeRoute('127.0.0.1')).toBeUndefined()
  expect(await troubleOfConnect('127.0.0.1', { code: 'ECONNREFUSED', elapsedMs: 1 })).toBe('refused')
  expect(await troubleOfConnect('127.0.0.1', { code: 'ECONNREFUSED', elapsedMs: 3000 })).toBe('no-answer')
})

test('a question that cannot be asked is answered, never thrown', async () => {
  for (const host of ['', '999.1.1.1', '::1%nothing']) {
    const code = await probeRoute(host)
    expect(code === undefined || code.length > 0).toBe(true)
  }
})
