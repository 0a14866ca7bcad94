import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { refusal, startChatCluster } from '../../support/chat-cluster.ts'
import type { ChatCluster } from '../../support/chat-cluster.ts'
import { eventually } from '../../support/eventually.ts'
import { nodeIdFor, nodeModel, unreachable } from '../../support/scripted-nodes.ts'
import { jsonOf } from '../../support/wire-json.ts'

let cluster: ChatCluster
beforeEach(async () => {
  cluster = await startChatCluster()
})
afterEach(() => cluster.live.close())

describe('the node that is chosen', () => {
  test('answers, and is named with the reason', async () => {
    cluster.nodes.order = ['mini']
    const reply = await cluster.chat('llama')
    expect(await jsonOf(reply)).toEqual({ by: 'mini' })
    expect(reply.headers.get('x-skein-node')).toBe('mini')
    expect(reply.headers.get('x-skein-route')).toBe('best; warm; 3 candidates')
    expect(cluster.nodes.peer('mini').seen).toEqual(['POST /v1/chat/completions'])
    expect(cluster.live.chat.seen).toEqual([])
    expect(cluster.nodes.outcomes).toEqual(['mini answered'])
  })

  test('may be this one, which works as if it were alone', async () => {
    cluster.nodes.order = ['attic']
    const reply = await cluster.chat('llama')
    expect(await jsonOf(reply)).toEqual({ by: 'attic' })
    expect(reply.headers.get('x-skein-node')).toBe('attic')
    expect(reply.headers.get('x-skein-queue-ms')).not.toBeNull()
  })

  test('is told the model, the account and the visit, and no secret of the client', async () => {
    cluster.nodes.order = ['studio']
    await cluster.chat('LLAMA', {
      headers: { authorization: 'Bearer k', cookie: 'a=b', 'x-api-key': 'k', 'x-skein-model': 'forged' },
    })
    const [request] = cluster.nodes.peer('studio').requests
    const headers = request!.headers.toJSON()
    expect(headers).toMatchObject({ 'x-skein-model': 'llama', 'x-skein-caller': 'local' })
    expect(headers).toMatchObject({ 'x-skein-class': 'interactive' })
    expect(Object.keys(headers)).toContain('x-skein-visit')
    for (const secret of ['authorization', 'cookie', 'x-api-key']) expect(headers).not.toHaveProperty(secret)
    expect(new TextDecoder().decode(request!.body as Uint8Array)).toBe('{"model":"LLAMA","messages":[]}')
  })

  test('is one that has the model, though this one does not', async () => {
    expect(await jsonOf(cluster.chat('far'))).toEqual({ by: 'mini' })
    expect(cluster.nodes.wishes[0]).toMatchObject({ model: 'far', capability: 'chat', onlyNode: undefined })
  })

  test('is the one that the client names, and no other', async () => {
    const ask = (node: string): Promise<Response> =>
      cluster.live.ask(`/v1/chat/completions?node=${node}`, {
        method: 'POST',
        body: JSON.stringify({ model: 'far', messages: [] }),
      })
    await ask('studio')
    expect(cluster.nodes.wishes[0]).toMatchObject({ onlyNode: nodeIdFor('studio') })
    expect((await ask('cellar')).status).toBe(404)
    expect(cluster.nodes.wishes).toHaveLength(1)
  })

  test('is sent what it is to answer at once: the queue is there, not here', async () => {
    cluster.nodes.order = ['mini', 'studio']
    const gate = Promise.withResolvers<void>()
    cluster.nodes.peer('mini').answer = async () => {
      await gate.promise
      return Response.json({ by: 'mini' })
    }
    const replies = [cluster.chat('llama'), cluster.chat('llama'), cluster.chat('llama')]
    await eventually('all three are with mini', () => cluster.nodes.peer('mini').seen.length === 3)
    gate.resolve()
    expect((await Promise.all(replies)).map(({ status }) => status)).toEqual([200, 200, 200])
  })
})

describe('a model', () => {
  test('that is nowhere is a 404 that says how to get it', async () => {
    const reply = await cluster.chat('nothing')
    expect(reply.status).toBe(404)
    const { error } = await jsonOf(reply)
    expect(error).toMatchObject({ code: 'model_not_found', param: 'model' })
    expect(error.message).toContain('skein pull nothing')
  })

  test('that is on a node which is down is said to be there', async () => {
    Object.assign(cluster.nodes.peer('studio'), { models: [nodeModel('away')], isUp: false })
    const { error } = await jsonOf(cluster.chat('away'))
    expect(error.message).toContain("It is on 'studio', which is down since 2026-11-21T12:00:00.000Z")
  })

  test('that is broken wherever it is, is the fault of the model', async () => {
    for (const name of ['mini', 'studio'])
      cluster.nodes.peer(name).models = [nodeModel('far', { defect: 'truncated' })]
    const reply = await cluster.chat('far')
    expect(reply.status).toBe(422)
    expect((await jsonOf(reply)).error.message).toBe(
      "The model 'far' cannot be used: mini has a broken file of the model, studio has a broken file of the model.",
    )
  })

  test('whose nodes all went down in this moment is a 503 with the reason of each', async () => {
    const { decide } = cluster.nodes.cluster.placer
    Object.assign(cluster.nodes.cluster.placer, {
      decide: (wish: Parameters<typeof decide>[0]) => {
        cluster.nodes.peer('mini').isUp = false
        cluster.nodes.peer('studio').isUp = false
        return decide(wish)
      },
    })
    const reply = await cluster.chat('far')
    expect(reply.status).toBe(503)
    expect(reply.headers.get('retry-after')).toBe('2')
    expect((await jsonOf(reply)).error.message).toBe(
      "No node can answer with 'far' now: mini is down, studio is down.",
    )
  })
})

describe('a response that goes on from an earlier one', () => {
  const goOn = (id: string): Promise<Response> =>
    cluster.live.ask('/v1/responses', {
      method: 'POST',
      body: JSON.stringify({ model: 'llama', input: 'x', previous_response_id: id }),
    })

  test('goes to the node that has that one', async () => {
    cluster.own = () => refusal('not_found')
    cluster.nodes.order = ['mini']
    cluster.nodes.peer('mini').answer = () => refusal('not_found')
    expect(await jsonOf(goOn('resp_1'))).toEqual({ by: 'studio' })
    expect(cluster.nodes.wishes[0]?.onlyNode).toBe(nodeIdFor('studio'))
    expect(cluster.nodes.peer('studio').seen).toEqual(['GET /v1/responses/resp_1', 'POST /v1/responses'])
  })

  test('stays here when it is here', async () => {
    cluster.nodes.order = ['mini']
    expect(await jsonOf(goOn('resp_1'))).toEqual({ by: 'attic' })
    expect(cluster.nodes.peer('mini').seen).toEqual([])
  })
})

test('choices, rejections and retries are counted', async () => {
  cluster.nodes.order = ['mini', 'studio']
  cluster.nodes.peer('mini').answer = unreachable('mini')
  await cluster.chat('far')
  const metrics = await (await cluster.live.ask('/metrics')).text()
  for (const [labels, name] of [
    ['policy="best",node="mini",reason="warm"', 'decisions'],
    ['policy="best",node="studio",reason="retried"', 'decisions'],
    ['reason="no-model"', 'rejections'],
    ['reason="unreachable"', 'retries'],
  ])
    expect(metrics).toContain(`skein_placement_${name}_total{service="router",${labels}} 1`)
})
