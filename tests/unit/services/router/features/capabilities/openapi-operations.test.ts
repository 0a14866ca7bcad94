import { expect, test } from 'bun:test'
import {
  openapiOperations,
  swaggerFragment,
} from '@service/router/features/capabilities/openapi-operations.ts'

test.each([undefined, null, 5, 'text', { paths: null }, { paths: { '/a': 5, '/b': { get: undefined } } }])(
  'what is no document has no operations: %p',
  (document) => expect(openapiOperations(document)).toEqual([]),
)

test('tags that are no texts are left out', () => {
  const document = { paths: { '/a': { get: { tags: ['A', 5, null] }, post: { tags: 'B' }, 'x-note': {} } } }
  expect(openapiOperations(document)).toMatchObject([
    { method: 'GET', path: '/a', tags: ['A'] },
    { method: 'POST', path: '/a', tags: [] },
  ])
})

test('schemas that refer to each other, to nothing or to what every object has end the search', () => {
  const refer = (name: string) => ({ $ref: `#/components/schemas/${name}` })
  const document = {
    paths: { '/a': { get: { schema: [refer('One'), refer('Nobody'), refer('constructor')] } } },
    components: { schemas: { One: { next: refer('Two') }, Two: { next: refer('One') } } },
  }
  expect(swaggerFragment(document, openapiOperations(document))).toEqual({
    paths: {
      '/a': {
        get: {
          schema: ['One', 'Nobody', 'constructor'].map((name) => ({ $ref: `#/definitions/${name}` })),
        },
      },
    },
    definitions: {
      One: { next: { $ref: '#/definitions/Two' } },
      Two: { next: { $ref: '#/definitions/One' } },
    },
  })
})
