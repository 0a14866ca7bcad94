import { afterEach, describe, expect, test } from 'bun:test'
import { openapiDocument, readOpenapiDocument } from '@shared/http/openapi-document.ts'
import { routeManifestOf } from '@shared/http/route-manifest-of.ts'
import { Elysia } from 'elysia'
import { ATTIC, closeClusterRoutes, openClusterRoutes } from '../../support/joining/open-cluster-routes.ts'
import { jsonOf } from '../../support/wire-json.ts'

afterEach(closeClusterRoutes)

describe('the cluster', () => {
  test('is told with every node, how it is linked, and what is in the way', async () => {
    const { ask, node } = openClusterRoutes()
    expect(await jsonOf(ask('/v1/cluster'))).toMatchObject({
      object: 'cluster',
      id: 'cluster-1',
      self: node.signer.nodeId,
      nodes: [
        { id: node.signer.nodeId, isSelf: true, link: 'self', trouble: null, platform: null },
        {
          id: ATTIC.nodeId,
          name: 'attic',
          link: 'down',
          trouble: 'no-answer',
          troubleMessage: expect.stringContaining('firewall'),
          platform: { os: 'linux', accelerator: 'cuda' },
          load: { running: 0, heldBytes: 4 },
        },
      ],
    })
    expect((await jsonOf(ask('/v1/nodes'))).data).toHaveLength(2)
    expect(await jsonOf(ask('/v1/nodes/attic'))).toMatchObject({
      addresses: [{ host: '192.168.1.7', dataPort: 8081 }],
      backends: [{ name: 'llama.cpp-rpc' }],
    })
  })

  test('says by name which node is not there', async () => {
    const { ask } = openClusterRoutes()
    for (const path of ['/v1/nodes/nobody', '/v1/nodes/__proto__', '/v1/nodes/%ED%A0%80']) {
      const reply = await ask(path)
      expect(reply.status).toBe(404)
      expect((await jsonOf(reply)).error.code).toBe('not_found')
    }
  })

  test('loses a node that is removed, but never the one that was asked', async () => {
    const { ask, node } = openClusterRoutes()
    expect(await jsonOf(ask('/v1/nodes/attic', { method: 'DELETE' }))).toEqual({
      id: ATTIC.nodeId,
      object: 'cluster.node',
      deleted: true,
    })
    expect(node.desk.calls).toEqual([`remove ${ATTIC.nodeId}`])
    const refused = await ask('/v1/nodes/studio', { method: 'DELETE' })
    expect(refused.status).toBe(409)
  })

  test('lets this node drain and resume, and sends who means another one there', async () => {
    const { ask, node } = openClusterRoutes()
    expect(await jsonOf(ask('/v1/nodes/studio/drain', { json: { drain: true } }))).toMatchObject({
      load: { isDraining: true },
    })
    await ask('/v1/nodes/studio/drain', { json: { drain: false } })
    expect(node.desk.calls).toEqual(['draining true', 'draining false'])
    const refused = await ask('/v1/nodes/attic/drain', { json: { drain: true } })
    expect(refused.status).toBe(400)
    expect((await jsonOf(refused)).error.message).toContain('?node=')
    const broken = await ask('/v1/nodes/studio/drain', { json: { drain: 'yes' } })
    expect((await jsonOf(broken)).error.message).toContain("'drain'")
  })

  test('is left once, and its open invitation with it', async () => {
    const { ask, node } = openClusterRoutes()
    await ask('/v1/cluster/invitations', { method: 'POST' })
    expect(await jsonOf(ask('/v1/cluster/leave', { method: 'POST' }))).toMatchObject({ left: true })
    expect(node.desk.calls).toEqual(['open', 'leave'])
    expect((await jsonOf(ask('/v1/cluster/invitations'))).data).toMatchObject([{ ending: 'cancelled' }])
    const alone = openClusterRoutes((view) => ({ ...view, clusterId: undefined }))
    expect((await alone.ask('/v1/cluster/leave', { method: 'POST' })).status).toBe(409)
  })
})

describe('an invitation', () => {
  test('is made, listed, waited for and taken back', async () => {
    const { ask } = openClusterRoutes()
    const made = await ask('/v1/cluster/invitations', { method: 'POST' })
    expect(made.status).toBe(201)
    expect(made.headers.get('cache-control')).toBe('no-store')
    const { code, id, join, revision } = await jsonOf(made)
    expect(code).toMatch(/^[0-9A-Z]{2}-[0-9A-Z]{4}-[0-9A-Z]{4}$/)
    expect(join).toMatch(new RegExp(`^${code}@127\\.0\\.0\\.1:\\d+$`))
    const waiting = jsonOf(ask(`/v1/cluster/invitations/${id}?after=${revision}&wait_ms=20000`))
    await ask(`/v1/cluster/invitations/${id}`, { method: 'DELETE' })
    expect(await waiting).toMatchObject({ state: 'ended', ending: 'cancelled' })
    expect((await ask('/v1/cluster/invitations/none')).status).toBe(404)
  })

  test('that nobody has answered is replaced by the next one', async () => {
    const { ask } = openClusterRoutes()
    await ask('/v1/cluster/invitations', { method: 'POST' })
    await ask('/v1/cluster/invitations', { method: 'POST' })
    const { data } = await jsonOf(ask('/v1/cluster/invitations'))
    expect(data.map(({ state }: { state: string }) => state)).toEqual(['open', 'ended'])
  })

  test.each([
    ['after', '?after=x'],
    ['wait_ms', '?wait_ms=1e99'],
  ])('refuses a wait whose %s is no number', async (param, query) => {
    const { ask, node } = openClusterRoutes()
    const { id } = await node.invitations.open()
    const reply = await ask(`/v1/cluster/invitations/${id}${query}`)
    expect(reply.status).toBe(400)
    expect((await jsonOf(reply)).error.param).toBe(param)
  })

  test('is confirmed only while somebody waits', async () => {
    const { ask, node } = openClusterRoutes()
    const { id } = await node.invitations.open()
    const reply = await ask(`/v1/cluster/invitations/${id}/confirm`, { json: { accept: true } })
    expect(reply.status).toBe(409)
  })
})

describe('joining', () => {
  test.each([
    ['code', { code: 'nonsense' }],
    ['code', { code: '' }],
    ['address', { code: '7K-4XQ2-9WMA', address: 'http://x/' }],
    ['address', { code: '7K-4XQ2-9WMA@:' }],
    ['address', { code: '7K-4XQ2-9WMA', address: '127.0.0.1:99999' }],
  ])('refuses a wrong %s by name: %p', async (param, json) => {
    const { ask } = openClusterRoutes()
    const reply = await ask('/v1/cluster/joining', { json })
    expect(reply.status).toBe(400)
    expect((await jsonOf(reply)).error.param).toBe(param)
  })

  test('goes on by itself and can be cancelled', async () => {
    const { ask } = openClusterRoutes()
    expect((await ask('/v1/cluster/joining')).status).toBe(404)
    const started = await ask('/v1/cluster/joining', { json: { code: '7k 4xq2 9wma' } })
    expect(started.status).toBe(202)
    expect(await jsonOf(started)).toMatchObject({ state: 'looking' })
    expect((await ask('/v1/cluster/joining', { json: { code: '7K-4XQ2-9WMA' } })).status).toBe(409)
    expect(await jsonOf(ask('/v1/cluster/joining', { method: 'DELETE' }))).toMatchObject({
      problem: 'cancelled-here',
    })
  })
})

test('every route is declared to the router: what changes the cluster is for administrators', async () => {
  const { app } = openClusterRoutes()
  const documented = new Elysia().use(openapiDocument({ title: 'x', description: 'x' })).use(app)
  const routes = routeManifestOf(documented).map(({ method, path, scope }) => `${scope} ${method} ${path}`)
  expect(routes.toSorted()).toEqual([
    'admin DELETE /v1/cluster/invitations/:id',
    'admin DELETE /v1/cluster/joining',
    'admin DELETE /v1/nodes/:id',
    'admin GET /api/p2p/token',
    'admin GET /v1/cluster/invitations',
    'admin GET /v1/cluster/invitations/:id',
    'admin GET /v1/cluster/joining',
    'admin POST /v1/cluster/invitations',
    'admin POST /v1/cluster/invitations/:id/confirm',
    'admin POST /v1/cluster/joining',
    'admin POST /v1/cluster/joining/confirm',
    'admin POST /v1/cluster/leave',
    'manage GET /api/p2p',
    'manage GET /api/p2p/federation',
    'manage GET /api/p2p/stats',
    'manage GET /api/p2p/workers',
    'manage GET /v1/cluster',
    'manage GET /v1/nodes',
    'manage GET /v1/nodes/:id',
    'manage POST /v1/nodes/:id/drain',
  ])
  expect(JSON.stringify(await readOpenapiDocument(documented))).toContain('one node and three attempts')
})
