import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { SKEIN_VERSION } from '@shared/contracts/skein-version.ts'
import { startLiveRouter } from '../../support/live-router.ts'
import type { LiveRouter } from '../../support/live-router.ts'
import { routeEntry } from '../../support/scripted-service.ts'
import { jsonOf } from '../../support/wire-json.ts'

const operation = (tag: string, summary: string) => ({
  tags: [tag],
  summary,
  parameters: [{ name: 'verbose', in: 'query', required: true, schema: { type: 'boolean' } }],
  requestBody: {
    content: {
      'application/json': {
        schema: {
          type: 'object',
          required: ['model'],
          properties: { model: { type: 'string', description: 'Which.' }, part: { type: 'object' } },
          allOf: [{ $ref: '#/components/schemas/Message' }],
        },
      },
    },
  },
})

let live: LiveRouter
beforeAll(async () => {
  live = await startLiveRouter({
    chat: {
      routes: [
        routeEntry('POST', '/chat/completions'),
        routeEntry('POST', '/v1/chat/completions'),
        routeEntry('POST', '/v1/mcp/chat/completions', { dialect: 'localai' }),
        routeEntry('GET', '/models/:id', { dialect: 'toolpiper' }),
        routeEntry('GET', '/api/models/config-json/:model', { dialect: 'localai' }),
      ],
      documents: {
        openapi: {
          openapi: '3.0.3',
          info: { title: 'chat', version: '1' },
          paths: {
            '/v1/chat/completions': {
              post: operation('Chat', 'Create a chat'),
              get: operation('Models', 'x'),
            },
            '/v1/strange': { post: operation('Strange things', 'Nobody knows') },
          },
          components: {
            schemas: {
              Message: { type: 'object', properties: { part: { $ref: '#/components/schemas/Part' } } },
              Part: { type: 'object', properties: { whole: { $ref: '#/components/schemas/Message' } } },
              Other: { type: 'object' },
            },
          },
        },
      },
    },
  })
})
afterAll(() => live.close())

describe('what LocalAI’s clients ask for', () => {
  test('the version', async () => {
    expect(await jsonOf(live.ask('/version'))).toMatchObject({ version: 'v0.0.1', name: 'skein' })
    const head = await live.ask('/version', { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
  })

  test('features are those that a service answers', async () => {
    expect(await jsonOf(live.ask('/api/features'))).toEqual({
      agents: false,
      mcp: true,
      fine_tuning: false,
      quantization: false,
      distributed: false,
      localai_assistant: false,
    })
  })

  test('the discovery document names only routes that are there', async () => {
    const { version, endpoints, endpoint_groups, capabilities } = await jsonOf(
      live.ask('/.well-known/localai.json'),
    )
    expect(version).toBe('v0.0.1')
    expect(endpoints).toEqual({
      chat_completions: '/v1/chat/completions',
      config_json: '/api/models/config-json/:name',
      config_patch: '/api/models/config-json/:name',
      swagger: '/swagger',
      instructions: '/api/instructions',
    })
    expect(endpoint_groups.openai_compatible.chat_completions).toBe('/v1/chat/completions')
    expect(endpoint_groups.monitoring).toMatchObject({ metrics: '/metrics', system: '/system' })
    // GET /models/:id would match the path, and is another route.
    expect(endpoint_groups.model_management).toBeUndefined()
    expect(capabilities).toMatchObject({ mcp: true, agents: false, tracing: false, config_patch: true })
  })
})

describe('the instructions for agents', () => {
  test('have a chapter for whatever the services document', async () => {
    const { instructions, hint } = await jsonOf(live.ask('/api/instructions'))
    expect(hint).toContain('/api/instructions/')
    const chapters = Object.fromEntries(instructions.map((one: { name: string }) => [one.name, one]))
    expect(chapters['chat-inference']).toMatchObject({
      tags: ['Chat'],
      url: '/api/instructions/chat-inference',
    })
    expect(chapters['strange-things']).toMatchObject({ tags: ['Strange things'] })
    expect(chapters['monitoring']).toMatchObject({ tags: ['Node'] })
    expect(chapters['video']).toBeUndefined()
    for (const { url } of instructions) expect((await live.ask(url)).status).toBe(200)
  })

  test('are pages with routes, parameters and fields', async () => {
    const reply = await live.ask('/api/instructions/chat-inference')
    expect(reply.headers.get('content-type')).toStartWith('text/markdown')
    const page = await reply.text()
    expect(page).toStartWith('# chat-inference\n\n')
    expect(page).toContain('## POST /v1/chat/completions\n\nCreate a chat\n\n')
    expect(page).toContain('- `verbose` (query, boolean, required)')
    expect(page).toContain('- `model` (string, required): Which.')
    expect(page).not.toContain('## GET /v1/chat/completions')
  })

  test('are parts of an OpenAPI document with the schemas that they need, and only these', async () => {
    const { name, tags, swagger_fragment } = await jsonOf(
      live.ask('/api/instructions/chat-inference?format=json'),
    )
    expect([name, tags]).toEqual(['chat-inference', ['Chat']])
    const { paths, definitions } = swagger_fragment
    expect(Object.keys(paths['/v1/chat/completions'])).toEqual(['post'])
    expect(Object.keys(definitions).toSorted()).toEqual(['Message', 'Part'])
    expect(definitions.Message.properties.part.$ref).toBe('#/definitions/Part')
  })

  test('that do not exist are refused in LocalAI’s flat envelope', async () => {
    for (const name of ['nothing', '__proto__', 'constructor', 'x'.repeat(2000)]) {
      const reply = await live.ask(`/api/instructions/${name}`)
      expect(reply.status).toBe(404)
      expect(await jsonOf(reply)).toEqual({ error: `instruction not found: ${name.slice(0, 100)}` })
    }
    for (const name of ['%ff', '%E0%A4%A']) {
      expect((await live.ask(`/api/instructions/${name}`)).status).toBe(404)
    }
    const strange = await live.ask('/api/instructions/monitoring?format=xml')
    expect([strange.status, (await jsonOf(strange)).error]).toEqual([
      400,
      expect.stringContaining("'format'"),
    ])
  })
})

describe('the licence', () => {
  test('is told with those of the packages, and that nothing is for sale', async () => {
    const { tier, status, license, text, packages } = await jsonOf(live.ask('/license'))
    expect([tier, status, license]).toEqual(['pro', 'active', 'Apache-2.0'])
    expect(text).toContain('Apache License')
    expect(packages).toContainEqual({ name: 'elysia', version: expect.any(String), license: 'MIT' })
  })

  test('is plain text for who wants text', async () => {
    const reply = await live.ask('/license', { headers: { accept: 'text/plain' } })
    expect(reply.headers.get('content-type')).toStartWith('text/plain')
    expect(await reply.text()).toContain('Version 2.0, January 2004')
  })
})

test('the document of the node describes all of it', async () => {
  const { paths, info } = await jsonOf(live.ask('/v1/openapi.json'))
  expect(info.version).toBe(SKEIN_VERSION)
  for (const path of ['/healthz', '/readyz', '/version', '/license', '/system', '/system/resources']) {
    expect(paths[path].get.summary.length).toBeGreaterThan(10)
  }
})
