import { expect, test } from 'bun:test'
import type { AccessKey } from '@shared/access/access-key.ts'
import { mayUse } from '@shared/access/may-use.ts'
import type { KeyUse, KeyVerdict } from '@shared/access/may-use.ts'
import { accessKey } from '../../../support/access-key-for.ts'

const NOW = Date.parse('2026-06-01T00:00:00Z')
const use: KeyUse = {
  scope: 'inference',
  route: '/v1/chat/completions',
  model: 'tiny',
  origin: undefined,
  now: NOW,
}

const cases: [string, Partial<AccessKey>, Partial<KeyUse>, KeyVerdict][] = [
  ['a good key', {}, {}, 'allowed'],
  ['a revoked one', { revokedAt: '2026-01-01T00:00:00Z' }, {}, 'revoked'],
  ['one that is over', { expiresAt: '2026-06-01T00:00:00Z' }, {}, 'expired'],
  ['one that is not over yet', { expiresAt: '2026-06-01T00:00:01Z' }, {}, 'allowed'],
  ['another scope', {}, { scope: 'manage' }, 'scope'],
  ['admin covers all', { scopes: ['admin'] }, { scope: 'metrics' }, 'allowed'],
  ['no scope at all', { scopes: [] }, { scope: 'public' }, 'allowed'],
  ['a page of nowhere', {}, { origin: 'https://evil.example' }, 'origin'],
  [
    'a page that the key names',
    { origins: ['https://a.example'] },
    { origin: 'https://a.example' },
    'allowed',
  ],
  ['a page of another port', { origins: ['https://a.example'] }, { origin: 'https://a.example:1' }, 'origin'],
  ['another route', { routes: ['/v1/embeddings'] }, {}, 'route'],
  ['its route', { routes: ['/v1/chat/completions'] }, {}, 'allowed'],
  ['another model', { models: ['big'] }, {}, 'model'],
  ['no model yet', { models: ['big'] }, { model: undefined }, 'allowed'],
]

test.each(cases)('%s', (_, key, asked, verdict) => {
  expect(mayUse(accessKey(key), { ...use, ...asked })).toBe(verdict)
})
