import { expect, test } from 'bun:test'
import type { LlamaServerClient } from '@service/chat/engines/llama-server/llama-server-client.ts'
import { checkLength, tokenizeText } from '@service/chat/engines/llama-server/tokenize-text.ts'

const never = new AbortController().signal

const recording = (): { client: LlamaServerClient; bodies: unknown[] } => {
  const bodies: unknown[] = []
  const client: LlamaServerClient = {
    isHealthy: () => Promise.resolve(true),
    async call(_path, body) {
      bodies.push(body)
      return { tokens: [7] }
    },
    stream() {
      throw new Error('nothing is streamed')
    },
  }
  return { client, bodies }
}

test('the flags say whether markers are read and what the model adds', async () => {
  const { bodies, client } = recording()
  expect(await tokenizeText(client, 'a\ud800', { readMarkers: false, addSpecial: true }, never)).toEqual([7])
  expect(bodies).toEqual([{ content: 'a\ufffd', parse_special: false, add_special: true }])
})

test('a text of more than four million characters is refused before it is sent', async () => {
  const { bodies, client } = recording()
  const flags = { readMarkers: false, addSpecial: false }
  await tokenizeText(client, 'a'.repeat(4_000_000), flags, never)
  const tooLong = tokenizeText(client, 'a'.repeat(4_000_001), flags, never)
  await expect(tooLong).rejects.toMatchObject({ code: 'too_large' })
  expect(bodies).toHaveLength(1)
})

test('a text that cannot fit by its length alone is not cut into tokens to find out', () => {
  checkLength(1024 * 300, 300)
  expect(() => checkLength(1024 * 300 + 1, 300)).toThrow('resulted in at least 301 tokens')
})
