import { expect, test } from 'bun:test'
import type { RouteFacts } from '@shared/contracts/route-manifest.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import { routeManifestOf } from '@shared/http/route-manifest-of.ts'
import { Elysia } from 'elysia'

const FACTS: RouteFacts = {
  dialect: 'openai',
  capability: 'chat',
  scope: 'inference',
  kind: 'placed',
  bodyLimitBytes: 10,
  admission: 'engine',
}
const detail = routeDetail(FACTS, { tag: 'Chat', summary: 'x' })

test('lists every public route with its facts, WebSockets too, and leaves out the control plane', () => {
  const app = new Elysia()
    .get('/_skein/health', () => 'ok')
    .post('/v1/x/:id', () => 'x', { detail })
    .ws('/v1/live', { detail, message: () => undefined })
  expect(routeManifestOf(app)).toEqual([
    { method: 'POST', path: '/v1/x/:id', ...FACTS },
    { method: 'WS', path: '/v1/live', ...FACTS },
  ])
})

test('names every route that was declared without facts', () => {
  const app = new Elysia().get('/a', () => 'a').post('/b', () => 'b', { detail })
  expect(() => routeManifestOf(app)).toThrow('Routes without routeDetail(): GET /a')
})
