import { expect, test } from 'bun:test'
import { skein } from '../scripted-door.ts'

test('status shows the node that was named', async () => {
  const { output } = await skein(
    {
      'GET /status': () => ({
        status: 'Running',
        version: '0.1.0',
        uptimeSeconds: 3700,
        models: [{ id: 'warm', state: 'ready' }],
        queue: { waiting: 2, running: 1 },
        cluster: {
          id: 'c1',
          nodes: [
            { name: 'mini', link: 'self' },
            { name: 'air', link: 'down' },
          ],
        },
      }),
      'GET /models/storage': () => ({ usedBytes: 5e9, freeBytes: 1e12, path: '/models' }),
    },
    'status',
  )
  expect(output).toContain('running, Skein 0.1.0, up 1 h 1 min')
  expect(output).toContain('5 GB used, 1 TB free in /models')
  expect(output).toContain('warm (ready)')
  expect(output).toContain('1 running, 2 waiting')
  expect(output).toContain('1 of 2 nodes up, down: air')
})
