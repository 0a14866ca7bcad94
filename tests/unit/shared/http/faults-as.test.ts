import { describe, expect, test } from 'bun:test'
import { Fault } from '@shared/fault/fault.ts'
import { faultsAs } from '@shared/http/faults-as.ts'
import { unknownRoute } from '@shared/http/unknown-route.ts'
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import { callApp } from '../../../support/call-app.ts'

const body = Type.Object({ count: Type.Integer() }, { additionalProperties: true })
const app = new Elysia()
  .use(
    unknownRoute([
      { prefix: '/api/', faultBody: (fault) => ({ b: fault.code }) },
      { prefix: '', faultBody: (fault) => ({ a: fault.code }) },
    ]),
  )
  .use(
    new Elysia({ name: 'a' })
      .use(faultsAs('a', (fault) => ({ a: fault.code, param: fault.param, message: fault.message })))
      .post('/a', ({ body: { count } }) => count, { body, parse: 'json' })
      .get('/a/throws', () => {
        throw new Fault('overloaded', 'Busy.', { retryAfterSeconds: 1.2 })
      })
      .get('/a/breaks', () => {
        throw new Error('secret')
      }),
  )
  .use(
    new Elysia({ name: 'b' }).use(faultsAs('b', (fault) => ({ b: fault.code }))).get('/b/throws', () => {
      throw new Fault('conflict', 'In use.')
    }),
  )

describe('failures', () => {
  test('come in the envelope of the plugin that the route belongs to', async () => {
    expect(await (await callApp(app, '/a/throws')).json()).toMatchObject({ a: 'overloaded' })
    expect(await (await callApp(app, '/b/throws')).json()).toEqual({ b: 'conflict' })
  })

  test('a wrong value that cannot become a text is the caller’s mistake too', async () => {
    const response = await callApp(app, '/a', { json: { count: { toString: 5 } } })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ a: 'invalid_request' })
  })

  test('carry Retry-After in whole seconds', async () => {
    expect((await callApp(app, '/a/throws')).headers.get('retry-after')).toBe('2')
  })

  test('of validation name the field and are 400', async () => {
    const response = await callApp(app, '/a', { json: { count: 'nine' } })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ a: 'invalid_request', param: 'count' })
  })

  test('of ours hide what happened', async () => {
    const response = await callApp(app, '/a/breaks')
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('secret')
  })

  test('of unknown routes come in the dialect of their prefix', async () => {
    expect(await (await callApp(app, '/api/x')).json()).toEqual({ b: 'not_found' })
    expect(await (await callApp(app, '/v1/x')).json()).toEqual({ a: 'not_found' })
  })

  test('of bodies that are not JSON, or have another content type, are 400', async () => {
    for (const text of ['{', '', '[1', 'count=1']) {
      expect((await callApp(app, '/a', { method: 'POST', body: text })).status).toBe(400)
    }
  })
})
