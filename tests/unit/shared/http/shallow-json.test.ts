import { expect, test } from 'bun:test'
import { faultsAs } from '@shared/http/faults-as.ts'
import { shallowJson } from '@shared/http/shallow-json.ts'
import { Elysia, t } from 'elysia'
import { callApp } from '../../../support/call-app.ts'

const app = new Elysia()
  .use(shallowJson())
  .use(faultsAs('test', (fault) => ({ code: fault.code, message: fault.message })))
  .post('/any', ({ body }) => ({ got: body }), { parse: 'json' })
  .post('/checked', ({ body }) => ({ got: body.a }), { body: t.Object({ a: t.Unknown() }), parse: 'json' })
  .post('/guessed', ({ body }) => ({ got: body }))
  .post('/text', ({ body }) => body, { parse: 'text' })

const post = (path: string, body: string, contentType = 'application/json'): Promise<Response> =>
  callApp(app, path, { method: 'POST', body, headers: { 'content-type': contentType } })

test.each(['/any', '/checked', '/guessed'])('JSON of usual depth arrives as it is at %s', async (path) => {
  const value = { a: ['ä', { b: [1, null] }], ['__proto__']: 1 }
  const reply = await post(path, JSON.stringify(value))
  expect(await reply.json()).toEqual({ got: path === '/checked' ? value.a : value })
})

test.each(['/any', '/checked', '/guessed'])('a million levels are refused at once at %s', async (path) => {
  const startedAt = performance.now()
  for (const nested of ['['.repeat(1_000_000), `{"a":${'[{"a":'.repeat(500_000)}1${'}]'.repeat(500_000)}}`]) {
    const reply = await post(path, nested)
    expect(reply.status).toBe(400)
    expect(await reply.json()).toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('128 levels'),
    })
  }
  expect(performance.now() - startedAt).toBeLessThan(1000)
})

test('what is no JSON is said to be none, and other bodies are left alone', async () => {
  expect(await (await post('/any', '{"a":')).json()).toMatchObject({
    message: 'The request body is not valid JSON.',
  })
  expect(await (await post('/text', '['.repeat(1000), 'text/plain')).text()).toBe('['.repeat(1000))
})
