import { expect, test } from 'bun:test'
import { createNodeClient } from '../../../../../scripts/skein/client/node-client.ts'
import { whenNodeOpens } from '../../../../../scripts/skein/client/when-node-opens.ts'
import { openScriptedDoor } from '../scripted-door.ts'

const status = (states: Readonly<Record<string, string>>) => ({
  status: 'Running',
  version: '0.1.0',
  uptimeSeconds: 1,
  services: Object.entries(states).map(([name, state]) => ({ name, state })),
})

test('waits until the router knows every service', async () => {
  const answers = [
    status({ chat: 'starting', 'model-store': 'starting' }),
    status({ chat: 'starting', 'model-store': 'up' }),
    status({ chat: 'up', 'model-store': 'up' }),
  ]
  using door = openScriptedDoor({ 'GET /status': () => answers.shift() })
  await whenNodeOpens(createNodeClient(door.url), new AbortController().signal)
  expect(answers).toEqual([])
})

test('gives up waiting when it is told to', async () => {
  using door = openScriptedDoor({ 'GET /status': () => status({ chat: 'down' }) })
  const waiting = whenNodeOpens(createNodeClient(door.url), AbortSignal.timeout(120))
  await expect(waiting).rejects.toThrow('timed out')
})
