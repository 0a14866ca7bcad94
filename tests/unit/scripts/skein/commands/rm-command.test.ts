import { expect, test } from 'bun:test'
import { skein } from '../scripted-door.ts'

test('rm deletes, and unloads first only when told to', async () => {
  const route = { 'DELETE /models/m': () => ({ id: 'm', deleted: true, freedBytes: 1000 }) }
  expect((await skein(route, 'rm', 'm')).requests).toEqual(['DELETE /models/m'])
  const { requests, output } = await skein(route, 'rm', 'm', '--force')
  expect(requests).toEqual(['DELETE /models/m?force=true'])
  expect(output).toBe('m is deleted; 1 kB are free again\n')
})
