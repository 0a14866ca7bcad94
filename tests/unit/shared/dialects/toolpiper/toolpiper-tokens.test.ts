import { describe, expect, test } from 'bun:test'
import {
  decodeToolpiperToken,
  decodeToolpiperTokenPatch,
} from '@shared/dialects/toolpiper/toolpiper-tokens.ts'
import { Fault } from '@shared/fault/fault.ts'

const faultOf = (act: () => unknown): Fault => {
  try {
    act()
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('a new token', () => {
  test('is for inference, on all routes and models, unless more is said', () => {
    expect(decodeToolpiperToken({ label: ' phone ' })).toEqual({
      prefix: 'tp_',
      traits: {
        label: 'phone',
        scopes: ['inference'],
        origins: [],
        routes: [],
        models: [],
        endpointId: null,
        expiresAt: null,
        requestsPerMinute: null,
        tokenBudget: null,
      },
    })
  })

  test('has everything that was said', () => {
    const said = {
      label: 'app',
      scopes: ['metrics', 'inference', 'metrics'],
      origins: ['https://app.example', 'http://192.168.1.5:3000', 'app://obsidian.md'],
      routes: ['/v1/chat/completions'],
      models: ['llama'],
      endpointId: 'llama',
      expiresAt: '2027-01-31',
      requestsPerMinute: 60,
      tokenBudget: { tokens: 100_000, period: 'day' },
      prefix: 'sk-skein-',
    }
    const { prefix, ...rest } = said
    expect(decodeToolpiperToken(said)).toEqual({
      prefix: 'sk-skein-',
      traits: { ...rest, scopes: ['metrics', 'inference'], expiresAt: '2027-01-31T00:00:00.000Z' },
    } as ReturnType<typeof decodeToolpiperToken>)
    expect(prefix).toBe('sk-skein-')
  })

  test('needs a label', () => {
    expect(faultOf(() => decodeToolpiperToken({})).param).toBe('label')
  })
})

test('a change has only what was said, and null takes away', () => {
  expect(decodeToolpiperTokenPatch({ endpointId: null, tokenBudget: null })).toEqual({
    endpointId: null,
    tokenBudget: null,
  })
  expect(faultOf(() => decodeToolpiperTokenPatch({ prefix: 'tp_' })).param).toBe('prefix')
})

test.each([
  ['label', 5],
  ['label', ''],
  ['label', 'x'.repeat(201)],
  ['label', 'a\u001b[31mb'],
  ['label', 'a\nb'],
  ['label', '\ud800'],
  ['scopes', 'admin'],
  ['scopes', []],
  ['scopes[0]', ['everything']],
  ['scopes[0]', [5]],
  ['origins[0]', ['https://app.example/']],
  ['origins[0]', ['https://app.example/path']],
  ['origins[0]', ['https://APP.example:443']],
  ['origins[0]', ['https://user@app.example']],
  ['origins[0]', ['app.example']],
  ['origins[0]', ['null']],
  ['origins[0]', ['*']],
  ['origins', Array.from({ length: 101 }, (_, index) => `https://app${index}.example`)],
  ['routes[1]', ['/v1/models', 'v1/models']],
  ['models[0]', [null]],
  ['endpointId', 5],
  ['endpointId', ''],
  ['expiresAt', 'tomorrow'],
  ['expiresAt', '2027-13-01'],
  ['expiresAt', 1_800_000_000],
  ['requestsPerMinute', 0],
  ['requestsPerMinute', 1.5],
  ['requestsPerMinute', '60'],
  ['tokenBudget', 5],
  ['tokenBudget.tokens', { tokens: 0, period: 'day' }],
  ['tokenBudget.period', { tokens: 5, period: 'week' }],
  ['tokenBudget.period', { tokens: 5 }],
  ['tokenBudget.per', { tokens: 5, period: 'day', per: 1 }],
  ['scope', 'inference'],
  ['__proto__', {}],
  ['constructor', {}],
])('%s: %p is refused by its name', (param, value) => {
  const body: unknown = JSON.parse(
    `{${JSON.stringify(param.replace(/[.[].*/, ''))}: ${JSON.stringify(value)}}`,
  )
  expect(faultOf(() => decodeToolpiperTokenPatch(body))).toMatchObject({ code: 'invalid_request', param })
})

test.each([[null], [[]], ['token'], [5]])('%p is no token', (body) => {
  expect(faultOf(() => decodeToolpiperToken(body)).code).toBe('invalid_request')
})
