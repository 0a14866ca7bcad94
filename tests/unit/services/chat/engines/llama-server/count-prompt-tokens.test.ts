import { expect, test } from 'bun:test'
import { countPromptTokens } from '@service/chat/engines/llama-server/count-prompt-tokens.ts'
import type { LlamaServerClient } from '@service/chat/engines/llama-server/llama-server-client.ts'

const never = new AbortController().signal

const recording = (): { client: LlamaServerClient; calls: unknown[] } => {
  const calls: unknown[] = []
  const client: LlamaServerClient = {
    isHealthy: () => Promise.resolve(true),
    async call(path, body) {
      calls.push([path, body])
      return { tokens: [7, 8, 9] }
    },
    stream() {
      throw new Error('nothing is streamed')
    },
  }
  return { client, calls }
}

test('a rendered chat is counted by the server, its markers read', async () => {
  for (const content of ['<|im_start|>user', ['<|im_start|>user', 5, 6, '<|im_end|>']]) {
    const { calls, client } = recording()
    expect(await countPromptTokens(client, content, never)).toBe(3)
    expect(calls).toEqual([['/tokenize', { content, parse_special: true, add_special: true }]])
  }
})

test('token ids are as many as they are', async () => {
  const { calls, client } = recording()
  expect(await countPromptTokens(client, [4, 5], never)).toBe(2)
  expect(calls).toEqual([])
})
