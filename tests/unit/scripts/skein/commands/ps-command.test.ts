import { expect, test } from 'bun:test'
import { skein } from '../scripted-door.ts'

test('ps shows what is in memory, and how long yet', async () => {
  const { output } = await skein(
    {
      'GET /models/state': () => ({
        models: [
          {
            id: 'warm',
            state: 'busy',
            engine: 'node-llama-cpp',
            memoryBytes: 2e9,
            activeRequests: 3,
            expiresAt: null,
          },
          {
            id: 'cold',
            state: 'unloaded',
            engine: null,
            memoryBytes: 0,
            activeRequests: 0,
            expiresAt: null,
          },
          { id: 'bad', state: 'error', engine: null, memoryBytes: 0, activeRequests: 0, expiresAt: null },
        ],
      }),
    },
    'ps',
  )
  expect(output).toMatch(/warm +busy +node-llama-cpp +2 GB +3 +never/)
  expect(output).not.toContain('cold')
  expect(output).not.toContain('bad')
})

test('an answer of something else than Skein is told as such', async () => {
  const { thrown } = await skein({ 'GET /models/state': () => ({ hello: 'world' }) }, 'ps')
  expect(thrown).toMatchObject({ message: expect.stringContaining('not Skein'), exitCode: 1 })
})
