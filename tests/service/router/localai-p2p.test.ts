import { afterEach, describe, expect, test } from 'bun:test'
import { ATTIC, closeClusterRoutes, openClusterRoutes } from '../../support/joining/open-cluster-routes.ts'
import { jsonOf } from '../../support/wire-json.ts'

afterEach(closeClusterRoutes)

describe('for clients of LocalAI', () => {
  test('members are federated nodes, lenders of memory are workers, in both spellings', async () => {
    const { ask } = openClusterRoutes()
    const node = {
      Name: 'attic',
      name: 'attic',
      ID: ATTIC.nodeId,
      id: ATTIC.nodeId,
      TunnelAddress: '192.168.1.7:8081',
      tunnelAddress: '192.168.1.7:8081',
      LastSeen: '2023-11-14T22:13:20.000Z',
      lastSeen: '2023-11-14T22:13:20.000Z',
      isOnline: false,
    }
    const federated = { ...node, ServiceID: 'federated', serviceID: 'federated' }
    const worker = { ...node, ServiceID: 'worker', serviceID: 'worker' }
    const all = await jsonOf(ask('/api/p2p'))
    expect(all).toMatchObject({ llama_cpp_nodes: [worker], mlx_nodes: [] })
    expect(all.federated_nodes[1]).toEqual(federated)
    expect(all.federated_nodes[0]).toMatchObject({ Name: 'studio', isOnline: true, TunnelAddress: '' })
    expect((await jsonOf(ask('/api/p2p/federation'))).nodes).toEqual(all.federated_nodes)
    expect(await jsonOf(ask('/api/p2p/workers'))).toEqual({
      llama_cpp: { nodes: [worker] },
      mlx: { nodes: [] },
      nodes: [worker],
    })
    expect(await jsonOf(ask('/api/p2p/stats'))).toEqual({
      llama_cpp_workers: { online: 0, total: 1 },
      federated: { online: 1, total: 2 },
      mlx_workers: { online: 0, total: 0 },
    })
  })

  test('a node in no cluster has empty lists, and no token', async () => {
    const { ask } = openClusterRoutes((view) => ({ ...view, clusterId: undefined }))
    expect(await jsonOf(ask('/api/p2p'))).toEqual({
      llama_cpp_nodes: [],
      federated_nodes: [],
      mlx_nodes: [],
    })
    const token = await ask('/api/p2p/token')
    expect(token.headers.get('content-type')).toStartWith('text/plain')
    expect(await token.text()).toBe('')
  })

  test('the token is what a joining node takes, while the invitation is open', async () => {
    const { ask, node } = openClusterRoutes()
    const { id, join } = await node.invitations.open()
    expect(await (await ask('/api/p2p/token')).text()).toBe(join)
    node.invitations.cancel(id)
    expect(await (await ask('/api/p2p/token')).text()).toBe('')
  })
})
