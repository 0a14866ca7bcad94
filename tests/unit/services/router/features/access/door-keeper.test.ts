import { describe, expect, test } from 'bun:test'
import { OWNER_PEER } from '@service/router/features/access/caller.ts'
import { createDoorKeeper } from '@service/router/features/access/door-keeper.ts'
import type { AccessKey } from '@shared/access/access-key.ts'
import { accessKey, TEST_SECRET } from '../../../../../support/access-key-for.ts'

const keeperWith = (key: Partial<AccessKey> = {}, requiresKey = false) =>
  createDoorKeeper({
    keys: {
      find: (secret) => (secret === TEST_SECRET ? accessKey(key) : undefined),
      list: () => [accessKey(key)],
    },
    requiresKey,
    now: () => Date.parse('2026-06-01T00:00:00Z'),
  })

const chat = { scope: 'inference', path: '/v1/chat/completions' } as const
const plain = { foreignOrigin: undefined, model: undefined }
const good = { host: 'localhost', authorization: `Bearer ${TEST_SECRET}` }

describe('who asks', () => {
  test('a key counts more than where it comes from', () => {
    expect(keeperWith().identify(new Headers(good), '127.0.0.1')).toMatchObject({ type: 'key' })
    expect(keeperWith().identify(new Headers(good), '10.0.0.9')).toMatchObject({ type: 'key' })
  })

  test('what clients send because they must does not matter on this machine', () => {
    const headers = new Headers({ host: 'localhost', authorization: 'Bearer ollama' })
    expect(keeperWith().identify(headers, '127.0.0.1')).toEqual({ type: 'local' })
    expect(keeperWith({}, true).identify(headers, '127.0.0.1')).toEqual({
      type: 'stranger',
      hasCredential: true,
    })
    expect(keeperWith().identify(headers, '10.0.0.9')).toEqual({ type: 'stranger', hasCredential: true })
  })

  test('who comes through the socket of the owner is the owner, also where keys are demanded', () => {
    expect(keeperWith({}, true).identify(new Headers(good), OWNER_PEER)).toEqual({ type: 'local' })
  })

  test('somebody behind a proxy is a stranger', () => {
    const headers = new Headers({ host: 'localhost', 'x-forwarded-for': '127.0.0.1' })
    expect(keeperWith().identify(headers, '127.0.0.1')).toEqual({ type: 'stranger', hasCredential: false })
  })
})

describe('what they may', () => {
  const admit = (
    key: Partial<AccessKey>,
    entry = chat as Parameters<ReturnType<typeof keeperWith>['admit']>[1],
  ) => {
    const keeper = keeperWith(key)
    keeper.admit(keeper.identify(new Headers(good), '10.0.0.9'), entry, plain)
  }

  test('a stranger may what is public, and is told how to get a key for the rest', () => {
    const keeper = keeperWith()
    const stranger = { type: 'stranger', hasCredential: false } as const
    expect(() => keeper.admit(stranger, { scope: 'public', path: '/health' }, plain)).not.toThrow()
    expect(() => keeper.admit(stranger, chat, plain)).toThrow(
      expect.objectContaining({ code: 'unauthorized', message: expect.stringContaining('skein key add') }),
    )
  })

  test('somebody on this machine may all', () => {
    expect(() => keeperWith().admit({ type: 'local' }, { scope: 'admin', path: '/x' }, plain)).not.toThrow()
  })

  test.each([
    ['revoked', { revokedAt: '2026-01-01T00:00:00Z' }, 'unauthorized', 'revoked'],
    ['over', { expiresAt: '2026-01-01T00:00:00Z' }, 'unauthorized', 'expired'],
    ['of another scope', { scopes: ['metrics'] }, 'forbidden', "scope 'inference'"],
    ['for another route', { routes: ['/v1/embeddings'] }, 'forbidden', '/v1/chat/completions'],
  ] as const)('a key that is %s is refused, and why is said', (_, key, code, message) => {
    expect(() => admit(key as Partial<AccessKey>)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    )
  })

  test('a key for one model is refused for another, as soon as the model is known', () => {
    const keeper = keeperWith({ models: ['small'] })
    const caller = keeper.identify(new Headers(good), '10.0.0.9')
    expect(() => keeper.admit(caller, chat, plain)).not.toThrow()
    expect(() => keeper.admit(caller, chat, { ...plain, model: 'small' })).not.toThrow()
    expect(() => keeper.admit(caller, chat, { ...plain, model: 'big' })).toThrow("not for the model 'big'")
  })

  test('a page may use a key only from an origin that the key names', () => {
    const keeper = keeperWith({ origins: ['https://app.example'] })
    const caller = keeper.identify(new Headers(good), '10.0.0.9')
    expect(() => keeper.admit(caller, chat, { ...plain, foreignOrigin: 'https://app.example' })).not.toThrow()
    expect(() => keeper.admit(caller, chat, { ...plain, foreignOrigin: 'https://evil.example' })).toThrow(
      expect.objectContaining({ code: 'forbidden' }),
    )
  })
})
