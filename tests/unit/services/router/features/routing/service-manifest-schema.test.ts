import { expect, test } from 'bun:test'
import { readServiceManifest } from '@service/router/features/routing/service-manifest-schema.ts'

const route = {
  method: 'POST',
  path: '/v1/chat/completions',
  dialect: 'openai',
  capability: 'chat',
  scope: 'inference',
  kind: 'placed',
  bodyLimitBytes: 1000,
  admission: 'engine',
}
const manifest = { service: 'chat', version: '1', instance: 'i', slotsPerModel: 4, routes: [route] }

test('a manifest of the service is read', () => {
  expect(readServiceManifest('chat', structuredClone(manifest))).toEqual(manifest as never)
})

test('what a list is merged by is read too', () => {
  const prefers = { field: 'state', values: ['busy', 'ready'] }
  const list = { field: 'data', key: 'id', paging: 'toolpiper', prefers }
  const said = { ...manifest, routes: [{ ...route, kind: 'gathered', list }] }
  expect(readServiceManifest('chat', said)?.routes[0]?.list).toEqual(list as never)
  const strange = { ...said, routes: [{ ...route, kind: 'gathered', list: { ...list, paging: 'offset' } }] }
  expect(readServiceManifest('chat', strange)).toBeUndefined()
})

test.each([
  ['of another service', { ...manifest, service: 'model-store' }],
  ['without slots', { ...manifest, slotsPerModel: 0 }],
  ['with a dialect that nobody speaks', { ...manifest, routes: [{ ...route, dialect: 'esperanto' }] }],
  ['with a route of the control plane', { ...manifest, routes: [{ ...route, path: '/_skein/leases' }] }],
  ['with a path that is none', { ...manifest, routes: [{ ...route, path: 'v1' }] }],
  ['with a negative limit', { ...manifest, routes: [{ ...route, bodyLimitBytes: -1 }] }],
  ['that is a list', []],
  ['that is nothing', undefined],
])('a manifest %s is not', (_what, said) => expect(readServiceManifest('chat', said)).toBeUndefined())
