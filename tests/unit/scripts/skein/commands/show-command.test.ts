import { expect, test } from 'bun:test'
import { MODEL, skein } from '../scripted-door.ts'

test('show asks for the model by its whole name', async () => {
  const { output, requests } = await skein(
    { 'GET /models/owner%2Fmodel': () => MODEL },
    'show',
    'owner/model',
  )
  expect(requests).toEqual(['GET /models/owner%2Fmodel'])
  expect(output).toContain('quantization  Q4_K_M')
})
