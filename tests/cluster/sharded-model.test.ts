import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { createLlamaServerEngineDriver } from '@service/chat/engines/llama-server/llama-server-engine-driver.ts'
import { formattedTextEngineDriver } from '@service/chat/engines/formatted-text-engine.ts'
import { createLog } from '@shared/log/create-log.ts'
import { answerOf, chat } from '../conformance/text-engine/ask-engine.ts'
import { eventually } from '../support/eventually.ts'
import { writeTestModel } from '../support/gguf/test-models.ts'
import { modelCardFor } from '../support/model-card-for.ts'
import { startLendingNode } from '../support/sharding/lending-node.ts'
import type { LendingNode } from '../support/sharding/lending-node.ts'
import { findRealRpcPrograms } from '../support/sharding/llama-rpc-programs.ts'
import { prepareOpeningNode } from '../support/sharding/opening-node.ts'
import type { OpeningNode } from '../support/sharding/opening-node.ts'

const programs = await findRealRpcPrograms()
const QUESTION = 'tell me of the house and the water'
const MODEL = 'deep'
/** The model takes 310 MB at least. */
const HEAD_BYTES = 250_000_000
const LENDER_BYTES = 400_000_000

interface WireChat {
  readonly choices: readonly { readonly message: { readonly content: string } }[]
}

describe.skipIf(programs === undefined)('a model that fits on no node', () => {
  const environment = {
    CHAT_LLAMA_SERVER: programs?.llamaServerPath ?? '',
    CHAT_CONTEXT_TOKENS: '1024',
    CHAT_SLOTS: '2',
    CHAT_MEMORY_WAIT_MS: '2000',
  }
  let lender: LendingNode
  let head: OpeningNode
  let expected = ''

  const complete = (body: Record<string, unknown> = {}): Promise<Response> =>
    head.services.ask('chat', '/v1/chat/completions', {
      model: MODEL,
      messages: [{ role: 'user', content: QUESTION }],
      temperature: 0,
      max_tokens: 24,
      ...body,
    })
  const unload = (): Promise<Response> =>
    head.services.ask('chat', '/api/chat', { model: MODEL, messages: [], keep_alive: 0 })
  const nothingIsHeld = async (): Promise<boolean> =>
    (await head.services.heldBytes()) === 0 &&
    (await lender.services.heldBytes()) === 0 &&
    lender.services.enginesNamed('ggml-rpc-server').length === 0 &&
    head.services.enginesNamed('llama-server').length === 0

  beforeAll(async () => {
    lender = await startLendingNode({ ...environment, MODEL_STORE_MEMORY_BYTES: String(LENDER_BYTES) })
    head = await prepareOpeningNode({ ...environment, MODEL_STORE_MEMORY_BYTES: String(HEAD_BYTES) })
    const path = join(head.services.modelsDirectory, `${MODEL}.gguf`)
    await writeTestModel('random-deep', path)
    await head.services.start()
    const engine = await formattedTextEngineDriver(
      createLlamaServerEngineDriver({
        binaryPath: programs?.llamaServerPath ?? '',
        accelerator: 'cpu',
        log: createLog('test', 'silent'),
      }),
    ).load(
      await modelCardFor(MODEL, path),
      { contextTokens: 1024, slots: 2, threads: 1 },
      AbortSignal.timeout(30_000),
    )
    expected = (await answerOf(engine, chat(QUESTION), { maxTokens: 24 })).text
    await engine.close()
  }, 120_000)
  afterAll(async () => {
    await head?.stop()
    await lender?.stop()
  })

  test('is refused by a node that knows no other, as ever', async () => {
    const reply = await complete()
    expect(reply.status).toBe(503)
    expect(await reply.text()).toContain('raise MODEL_STORE_MEMORY_BYTES')
    const plan = (await (await head.plan('')).json()) as Record<string, unknown>
    expect(plan).toMatchObject({ result: 'impossible', model: MODEL })
    expect(plan['reason']).toContain('head may use 0.25 GB in all and is the only node')
  })

  test('has a plan that tells each node’s part, before anything is opened', async () => {
    await head.meet([lender])
    const plan = (await (await head.plan(`?model=${MODEL}`)).json()) as Record<string, unknown>
    expect(plan).toMatchObject({ result: 'plan', model: MODEL, layers: 100, workers: [{ node: 'lender-1' }] })
    expect(plan['reason']).toContain('2 nodes together can')
    expect((await head.plan('?model=nobody')).status).toBe(404)
    expect((await head.plan(`?model=${'x'.repeat(2000)}`)).status).toBe(400)
    expect(await nothingIsHeld()).toBe(true)
  })

  test('is opened over two, writes the same tokens as on one, and both ledgers know of it', async () => {
    const reply = (await (await complete()).json()) as WireChat
    expect(reply.choices[0]?.message.content).toBe(expected)
    expect(lender.services.enginesNamed('ggml-rpc-server')).toHaveLength(1)
    expect(await lender.services.heldBytes()).toBeGreaterThan(100e6)
    expect(await head.services.heldBytes()).toBeWithin(100e6, HEAD_BYTES + 1)
  }, 60_000)

  test('gives everything back on both nodes when it is unloaded', async () => {
    expect((await unload()).ok).toBe(true)
    await eventually('nothing is left', nothingIsHeld)
  }, 30_000)

  test('fails with a typed error when a worker dies in the middle, and is planned anew by the next request', async () => {
    const reply = await complete({ max_tokens: 900, stream: true })
    const reader = reply.body?.getReader()
    await reader?.read()
    const [worker = 0] = lender.services.enginesNamed('ggml-rpc-server')
    process.kill(worker, 'SIGKILL')
    let text = ''
    for (let part = await reader?.read(); part?.done === false; part = await reader?.read())
      text += new TextDecoder().decode(part.value)
    expect(text).toContain('engine_failed')
    expect(text).toMatch(/lender-1, which held a part of the model, is lost|GGML|SIGABRT/)
    await eventually('nothing is left', nothingIsHeld)
    const next = (await (await complete()).json()) as WireChat
    expect(next.choices[0]?.message.content).toBe(expected)
    await unload()
    await eventually('nothing is left', nothingIsHeld)
  }, 60_000)

  test('leaves nothing on the other node when the service that has it open is killed', async () => {
    expect((await complete()).ok).toBe(true)
    await head.services.killChat()
    await eventually('the worker is gone', () => lender.services.enginesNamed('ggml-rpc-server').length === 0)
    await eventually('its memory is free', async () => (await lender.services.heldBytes()) === 0)
    await head.services.startChat()
  }, 60_000)

  test('ends when an idle worker dies: nobody’s request has to find out', async () => {
    expect((await complete()).ok).toBe(true)
    const [worker = 0] = lender.services.enginesNamed('ggml-rpc-server')
    process.kill(worker, 'SIGKILL')
    await eventually('nothing is left', nothingIsHeld)
  }, 60_000)

  test('is refused with the reason while the other node drains', async () => {
    lender.isDraining = true
    const reply = await complete()
    expect(reply.status).toBe(503)
    expect(await reply.text()).toContain('lender-1 was asked and did not lend')
    lender.isDraining = false
    expect(await nothingIsHeld()).toBe(true)
  })

  test('ends everywhere when the way between the nodes is cut', async () => {
    expect((await complete()).ok).toBe(true)
    await lender.cutOff()
    await eventually('nothing is left', nothingIsHeld)
  }, 60_000)
})
