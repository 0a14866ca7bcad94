import { expect, test } from 'bun:test'
import { mergeOpenapi } from '@service/router/features/documentation/merge-openapi.ts'
import { SKEIN_VERSION } from '@shared/contracts/skein-version.ts'

const operation = (summary: string, schema?: string) => ({
  summary,
  operationId: 'same',
  'x-skein': { dialect: 'openai', kind: 'local' },
  responses: {
    200: schema === undefined ? {} : { content: { 'application/json': { schema: { $ref: schema } } } },
  },
})

const document = (paths: object, schemas: object = {}) => ({
  openapi: '3.0.3',
  info: { title: 'part', version: '1' },
  paths,
  components: { schemas },
})

const merge = (...documents: object[]) =>
  mergeOpenapi(documents.map((part, at) => ({ service: `s${at}`, document: part }))) as {
    info: object
    paths: Record<string, Record<string, { summary: string; operationId: string }>>
    components: { schemas: Record<string, object> }
  }

test('the routes of all services are in one document, with what Skein says of them', () => {
  const merged = merge(
    document({ '/a': { get: operation('a') } }),
    document({ '/a': { post: operation('a again') }, '/b': { get: operation('b') } }),
  )
  expect(merged.info).toMatchObject({ title: 'Skein', version: SKEIN_VERSION })
  expect(Object.keys(merged.paths)).toEqual(['/a', '/b'])
  expect(merged.paths['/a']).toMatchObject({
    get: { 'x-skein': { kind: 'local' } },
    post: { summary: 'a again' },
  })
  const ids = Object.values(merged.paths).flatMap((path) =>
    Object.values(path).map(({ operationId }) => operationId),
  )
  expect(new Set(ids).size).toBe(3)
})

test('of two services that describe the same operation the earlier one counts', () => {
  const merged = merge(
    document({ '/a': { get: operation('first') } }),
    document({ '/a': { get: operation('second') }, '/b': { get: operation('b') } }),
  )
  expect(merged.paths['/a']).toMatchObject({ get: { summary: 'first' } })
  expect(merged.paths['/b']).toBeDefined()
})

test('schemas of the same name stay two schemas', () => {
  const merged = merge(
    document({ '/a': { get: operation('a', '#/components/schemas/Model') } }, { Model: { type: 'object' } }),
    document({ '/b': { get: operation('b', '#/components/schemas/Model') } }, { Model: { type: 'string' } }),
  )
  expect(merged.components.schemas).toEqual({ Model: { type: 'object' }, s1_Model: { type: 'string' } })
  expect(JSON.stringify(merged.paths['/b'])).toContain('#/components/schemas/s1_Model')
})

test('a service that tells nonsense is left out, not the whole document', () => {
  const merged = merge({}, document({ '/b': { get: operation('b') } }))
  expect(Object.keys(merged.paths)).toEqual(['/b'])
})
