import { expect, test } from 'bun:test'
import { readConfig } from '@shared/config/read-config.ts'
import { Type } from '@sinclair/typebox'

const Schema = Type.Object({
  CHAT_PORT: Type.Integer({ default: 8080, minimum: 1 }),
  CHAT_ENGINE: Type.Union([Type.Literal('a'), Type.Literal('b')], { default: 'a' }),
  CHAT_VERBOSE: Type.Boolean({ default: false }),
})

test('fills in defaults, converts, and takes an empty variable as absent', () => {
  expect(readConfig(Schema, { CHAT_PORT: '', CHAT_VERBOSE: 'true', OTHER: 'x' })).toEqual({
    CHAT_PORT: 8080,
    CHAT_ENGINE: 'a',
    CHAT_VERBOSE: true,
  })
  expect(readConfig(Schema, { CHAT_PORT: '9' }).CHAT_PORT).toBe(9)
})

test('names all mistakes at once', () => {
  const read = (): unknown => readConfig(Schema, { CHAT_PORT: 'nine', CHAT_ENGINE: 'c' })
  expect(read).toThrow(/CHAT_PORT: .*nine.*CHAT_ENGINE/)
})
