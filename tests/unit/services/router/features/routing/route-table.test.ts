import { describe, expect, test } from 'bun:test'
import { createRouteTable } from '@service/router/features/routing/route-table.ts'
import type { RouteEntry, ServiceManifest } from '@shared/contracts/route-manifest.ts'

const entry = (method: string, path: string): RouteEntry => ({
  method,
  path,
  dialect: 'openai',
  capability: 'node',
  scope: 'public',
  kind: 'local',
  bodyLimitBytes: 0,
  admission: 'none',
})

const manifest = (service: ServiceManifest['service'], ...routes: [string, string][]): ServiceManifest => ({
  service,
  version: '1',
  instance: 'x',
  slotsPerModel: 2,
  routes: routes.map(([method, path]) => entry(method, path)),
})

const table = createRouteTable([
  manifest('router', ['GET', '/'], ['GET', '/status']),
  manifest(
    'chat',
    ['POST', '/v1/chat/completions'],
    ['WS', '/v1/realtime'],
    ['GET', '/v1/realtime'],
    ['ALL', '/any'],
  ),
  manifest(
    'model-store',
    ['GET', '/v1/models/:model'],
    ['GET', '/v1/models/:owner/:name'],
    ['DELETE', '/v1/models/:id'],
    ['GET', '/files/*'],
  ),
])

describe('a route table', () => {
  test.each([
    ['GET', '/', 'router', '/'],
    ['POST', '/v1/chat/completions', 'chat', '/v1/chat/completions'],
    ['POST', '/v1/chat/completions/', 'chat', '/v1/chat/completions'],
    ['WS', '/v1/realtime', 'chat', '/v1/realtime'],
    ['GET', '/v1/models/a', 'model-store', '/v1/models/:model'],
    ['DELETE', '/v1/models/a', 'model-store', '/v1/models/:id'],
    ['GET', '/v1/models/a/b', 'model-store', '/v1/models/:owner/:name'],
    ['GET', '/files/deep/in/it', 'model-store', '/files/*'],
    ['HEAD', '/status', 'router', '/status'],
    ['PATCH', '/any', 'chat', '/any'],
  ])('%s %s is a route of %s', (method, path, service, template) => {
    expect(table.find(method, path)).toMatchObject({ service, entry: { path: template }, slotsPerModel: 2 })
  })

  test.each([
    ['POST', '/'],
    ['GET', '/v1/chat/completions'],
    ['GET', '/v1/chat'],
    ['GET', '/v1/models/a/b/c'],
    ['WS', '/any'],
    ['GET', '/STATUS'],
  ])('%s %s is nobody’s', (method, path) => expect(table.find(method, path)).toBeUndefined())

  test('tells which methods a path has', () => {
    expect(table.methodsOf('/v1/models/a').toSorted()).toEqual(['DELETE', 'GET'])
    expect(table.methodsOf('/nothing')).toEqual([])
  })

  test('keeps the earlier of two services that claim a route, and says so', () => {
    const twice = createRouteTable([
      manifest('chat', ['GET', '/v1/things/:id']),
      manifest('model-store', ['GET', '/v1/things/:name'], ['GET', '/other']),
    ])
    expect(twice.find('GET', '/v1/things/1')?.service).toBe('chat')
    expect(twice.find('GET', '/other')?.service).toBe('model-store')
    expect(twice.conflicts).toEqual(['model-store GET /v1/things/:name'])
  })
})
