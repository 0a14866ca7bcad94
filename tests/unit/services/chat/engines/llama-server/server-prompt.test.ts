import { expect, test } from 'bun:test'
import { serverPrompt } from '@service/chat/engines/llama-server/server-prompt.ts'
import type { PromptMaker } from '@service/chat/engines/llama-server/server-prompt.ts'
import { scriptedClient } from './scripted-client.ts'

const never = new AbortController().signal

const maker: PromptMaker = {
  client: scriptedClient((path, body) =>
    path === '/tokenize'
      ? { tokens: (body as { content: string }).content === '' ? [] : [5, 6] }
      : { prompt: 'rendered' },
  ),
  contextTokens: 10,
  vocabularySize: 100,
  infill: ({ prefix, suffix }) => Promise.resolve([prefix.length, suffix.length]),
}

const chat = (text: string) =>
  ({ type: 'chat', messages: [{ role: 'user', parts: [{ type: 'text', text }] }] }) as const

test('each kind of prompt is made in its way', async () => {
  expect(await serverPrompt(maker, chat('Hi'), never)).toBe('rendered')
  expect(await serverPrompt(maker, { type: 'text', text: 'Hi' }, never)).toEqual([5, 6])
  expect(await serverPrompt(maker, { type: 'tokens', tokens: [9, 99] }, never)).toEqual([9, 99])
  expect(await serverPrompt(maker, { type: 'infill', prefix: 'abc', suffix: 'd' }, never)).toEqual([3, 1])
})

test('an empty prompt is refused, and tokens that do not exist', async () => {
  for (const prompt of [
    { type: 'text', text: '' } as const,
    { type: 'tokens', tokens: [] } as const,
    { type: 'tokens', tokens: [100] } as const,
  ])
    await expect(serverPrompt(maker, prompt, never)).rejects.toMatchObject({ code: 'invalid_request' })
})

test('what cannot fit by its mere length is not even looked at', async () => {
  const long = 'x'.repeat(1024 * maker.contextTokens + 1)
  for (const prompt of [
    chat(long),
    { type: 'text', text: long } as const,
    { type: 'infill', prefix: long, suffix: '' } as const,
  ])
    await expect(serverPrompt(maker, prompt, never)).rejects.toMatchObject({
      code: 'context_length_exceeded',
    })
})
