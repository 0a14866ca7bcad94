import { describe, expect, test } from 'bun:test'
import { findWork } from '@service/router/policy/work-in-body.ts'

const find = (text: string) => findWork(new TextEncoder().encode(text))

describe('the longest answer that a body allows', () => {
  test.each([
    ['{"model":"a","max_tokens":12}'],
    ['{"messages":[{"max_tokens":5}],"max_completion_tokens" : 12 }'],
    ['{"input":"\\"max_tokens\\":3","max_output_tokens":12,"then":{}}'],
    ['{"options":{"seed":1,"num_predict":12},"model":"a"}'],
    ['{"max_tokens":1.2e1}'],
  ])('is found in %s', (text) => expect(find(text).limitTokens).toBe(12))

  test.each([
    ['{}'],
    ['{"max_tokens":null}'],
    ['{"max_tokens":"many"}'],
    ['{"max_tokens":-1}'],
    ['{"max_tokens":1.5}'],
    ['{"options":{"num_predict":-2}}'],
    ['{"options":"num_predict"}'],
    ['{"extra":{"max_tokens":7}}'],
    ['{"max_tokens":'],
    ['["max_tokens",7]'],
    [''],
  ])('is not known from %s', (text) => expect(find(text).limitTokens).toBeUndefined())
})

test('a request of the flexible tier has time, others do not say so', () => {
  expect(find('{"service_tier":"flex","max_tokens":3}')).toEqual({ limitTokens: 3, hasTime: true })
  for (const text of ['{"service_tier":"auto"}', '{"service_tier":["flex"]}', '{"messages":"flex"}']) {
    expect(find(text).hasTime).toBe(false)
  }
})

test('a name of the language does no harm', () => {
  expect(find('{"__proto__":{"max_tokens":1},"constructor":2,"max_tokens":3}').limitTokens).toBe(3)
  expect(find(`{"options":${'['.repeat(9000)}`)).toEqual({ limitTokens: undefined, hasTime: false })
})

test('a long body is not looked through', () => {
  expect(find(`{"prompt":"${'a'.repeat(70_000)}","max_tokens":3}`).limitTokens).toBeUndefined()
})
