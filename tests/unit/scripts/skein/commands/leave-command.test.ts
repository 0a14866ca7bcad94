import { expect, test } from 'bun:test'
import { skein } from '../scripted-door.ts'

const ROUTES = { 'POST /v1/cluster/leave': () => ({ id: 'cluster-1', left: true }) }

test('a node leaves its cluster when somebody means it', async () => {
  const { output, requests } = await skein(ROUTES, 'leave', '--yes')
  expect(output).toContain('in no cluster any more')
  expect(requests).toEqual(['POST /v1/cluster/leave'])
  expect(JSON.parse((await skein(ROUTES, 'leave', '--yes', '--json')).output)).toEqual({
    id: 'cluster-1',
    left: true,
  })
})

test('and not by mistake', async () => {
  const { requests, thrown } = await skein(ROUTES, 'leave')
  expect(thrown).toMatchObject({ exitCode: 2 })
  expect(requests).toEqual([])
})
