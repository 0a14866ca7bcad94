import { expect, test } from 'bun:test'
import { Type } from '@sinclair/typebox'
import { envExample } from '../../../../scripts/env-example/env-example.ts'

const CHAT = Type.Object({
  SKEIN_HOME: Type.String({ default: '~/.skein', description: 'Data directory.' }),
  CHAT_SLOTS: Type.Integer({ default: 4, minimum: 1, maximum: 64, description: 'Slots.' }),
  CHAT_ENGINE: Type.Union([Type.Literal('auto'), Type.Literal('other')], {
    default: 'auto',
    description: 'Engine.',
  }),
})
const ROUTER = Type.Object({
  SKEIN_HOME: Type.String({ default: '~/.skein', description: 'Data directory.' }),
  ROUTER_WAIT_MS: Type.Integer({ default: 60_000, minimum: 0, description: 'Patience.' }),
})

const text = envExample([
  { part: 'chat', schema: CHAT },
  { part: 'router', schema: ROUTER },
])

test('has every variable once, what is common first, with its default', () => {
  const variables = [...text.matchAll(/^# ([A-Z_]+)=(.*)$/gm)].map((match) => match.slice(1))
  expect(variables).toEqual([
    ['SKEIN_HOME', '~/.skein'],
    ['CHAT_SLOTS', '4'],
    ['CHAT_ENGINE', 'auto'],
    ['ROUTER_WAIT_MS', '60000'],
  ])
})

test('says what a variable means and what it may be', () => {
  expect(text).toContain('# Slots. (1 to 64)\n# CHAT_SLOTS=4')
  expect(text).toContain('# Engine. (auto | other)\n')
  expect(text).toContain('# Patience. (at least 0)\n')
})

test('sets nothing by itself: every line is a comment', () => {
  expect(text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([])
})
