import { expect, test } from 'bun:test'
import { createEndTokens } from '@service/chat/engines/llama-server/end-tokens.ts'
import { scriptedClient } from './scripted-client.ts'

const never = new AbortController().signal

test('the tokens that end an answer are those that the server bans to ignore the end; it is asked once', async () => {
  const bodies: unknown[] = []
  const client = scriptedClient((_path, body) => {
    bodies.push(body)
    // Recorded from llama-server 0.5.0 on 2026-11-21: minus infinity is null in JSON.
    return {
      generation_settings: {
        logit_bias: [
          { bias: null, token: 2 },
          { bias: null, token: 7 },
        ],
      },
    }
  })
  const endTokens = createEndTokens(client)
  expect(await endTokens(never)).toEqual([2, 7])
  expect(await endTokens(never)).toEqual([2, 7])
  expect(bodies).toEqual([expect.objectContaining({ ignore_eos: true, n_predict: 0 })])
})

test('a server that failed once is asked again', async () => {
  let asked = 0
  const endTokens = createEndTokens(
    scriptedClient(() => {
      asked += 1
      return asked === 1 ? {} : { generation_settings: { logit_bias: [] } }
    }),
  )
  await expect(endTokens(never)).rejects.toMatchObject({ code: 'engine_failed' })
  expect(await endTokens(never)).toEqual([])
})
