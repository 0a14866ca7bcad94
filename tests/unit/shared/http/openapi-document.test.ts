import { expect, test } from 'bun:test'
import { openapiDocument, readOpenapiDocument } from '@shared/http/openapi-document.ts'
import { routeManifestOf } from '@shared/http/route-manifest-of.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import { Elysia } from 'elysia'

const facts = {
  dialect: 'ollama',
  capability: 'models',
  scope: 'inference',
  kind: 'gathered',
  bodyLimitBytes: 0,
  admission: 'none',
} as const

const app = () =>
  new Elysia()
    .use(openapiDocument({ title: 'A service', description: 'What it does.' }))
    .get('/api/tags', () => ({}), { detail: routeDetail(facts, { tag: 'Models', summary: 'Lists' }) })
    .get('/_skein/models', () => ({}))

test('the document holds the public routes with their facts and nothing of the control plane', async () => {
  const document = await readOpenapiDocument(app())
  expect(document).toMatchObject({
    info: { title: 'A service' },
    paths: { '/api/tags': { get: { summary: 'Lists', 'x-skein': facts } } },
  })
  expect(Object.keys((document as { paths: object }).paths)).toEqual(['/api/tags'])
})

test('the routes of the document itself are not in the manifest', () => {
  expect(routeManifestOf(app()).map((route) => route.path)).toEqual(['/api/tags'])
})
