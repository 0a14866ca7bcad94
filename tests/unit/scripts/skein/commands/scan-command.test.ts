import { expect, test } from 'bun:test'
import { MODEL, skein } from '../scripted-door.ts'

test('scan says what was found', async () => {
  const { output } = await skein(
    { 'POST /models/scan': () => ({ found: [MODEL], added: 1, skipped: 2 }) },
    'scan',
  )
  expect(output).toBe('1 models found, 1 of them new, 2 files skipped\n  owner/model\n')
})
