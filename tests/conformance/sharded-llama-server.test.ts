import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLlamaRpc } from '@service/chat/engines/rpc-worker/llama-rpc.ts'
import type { RpcServer } from '@service/chat/features/rpc-workers/rpc-servers.ts'
import { createLlamaServerEngineDriver } from '@service/chat/engines/llama-server/llama-server-engine-driver.ts'
import { formattedTextEngineDriver } from '@service/chat/engines/formatted-text-engine.ts'
import type { ModelCard } from '@shared/inference/model-card.ts'
import type { TextEngine } from '@shared/inference/text-engine.ts'
import { createLog } from '@shared/log/create-log.ts'
import { systemClock } from '@shared/process/clock.ts'
import { eventually } from '../support/eventually.ts'
import { writeTestModel } from '../support/gguf/test-models.ts'
import { modelCardFor } from '../support/model-card-for.ts'
import { findRealRpcPrograms, LLAMA_PLACES } from '../support/sharding/llama-rpc-programs.ts'
import { startTestTunnel } from '../support/sharding/rpc-tunnel.ts'
import type { TestTunnel } from '../support/sharding/rpc-tunnel.ts'
import { answerOf, chat, faultOf, soon } from './text-engine/ask-engine.ts'

const programs = await findRealRpcPrograms()
const log = createLog('test', 'silent')
const OPTIONS = { contextTokens: 1024, slots: 2, threads: 1 }
const QUESTION = 'tell me of the house and the water'
const isAlive = (processId: number): boolean =>
  Bun.spawnSync(['ps', '-o', 'stat=', '-p', String(processId)])
    .stdout.toString()
    .trim()
    .replace(/^Z.*/, '') !== ''

describe.skipIf(programs === undefined)('llama-server over the workers of other nodes', () => {
  const rpc = createLlamaRpc({ places: LLAMA_PLACES, accelerator: 'cpu', threads: () => 1, log })
  let directory = ''
  let card: ModelCard
  const opened: (() => unknown)[] = []

  const startWorker = async (): Promise<{ worker: RpcServer; tunnel: TestTunnel }> => {
    const worker = await rpc.servers.start(soon())
    const tunnel = await startTestTunnel(() => worker.port, systemClock)
    opened.push(
      () => worker.stop(),
      () => tunnel.inlet.close(),
      () => tunnel.stop(),
    )
    return { worker, tunnel }
  }

  const load = async (
    localLayers: number,
    workers: readonly { readonly endpoint: string; readonly layers: number }[],
    lost: () => string | undefined = () => undefined,
  ): Promise<TextEngine> => {
    const engine = await rpc.driver.load(card, OPTIONS, { localLayers, workers, lost }, soon())
    opened.push(() => engine.close())
    return engine
  }

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'skein-sharded-'))
    const path = join(directory, 'deep.gguf')
    await writeTestModel('random-deep', path)
    card = await modelCardFor('deep', path)
  })
  afterEach(async () => {
    for (const close of opened.splice(0).toReversed()) await close()
  })
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  test('writes the same tokens as on one machine, with its layers really elsewhere', async () => {
    const alone = await formattedTextEngineDriver(
      createLlamaServerEngineDriver({
        binaryPath: programs?.llamaServerPath ?? '',
        accelerator: 'cpu',
        log,
      }),
    ).load(card, OPTIONS, soon())
    opened.push(() => alone.close())
    const expected = await answerOf(alone, chat(QUESTION), { maxTokens: 40 })
    const [first, second] = [await startWorker(), await startWorker()]
    const emptyBytes = await second.worker.residentBytes()
    const engine = await load(20, [
      { endpoint: first.tunnel.inlet.endpoint, layers: 30 },
      { endpoint: second.tunnel.inlet.endpoint, layers: 50 },
    ])
    expect(await answerOf(engine, chat(QUESTION), { maxTokens: 40 })).toMatchObject({ text: expected.text })
    const bytesFor = async (maxTokens: number): Promise<number> => {
      const before = second.tunnel.counts.receivedBytes
      await answerOf(engine, chat(QUESTION), { maxTokens })
      return second.tunnel.counts.receivedBytes - before
    }
    // One answer comes back for every token, which is what a plan reckons with: its length, and 384 numbers.
    expect(((await bytesFor(30)) - (await bytesFor(10))) / 20).toBe(8 + 4 * 384)
    // Half of 160 MB of weights, and the context.
    expect((await second.worker.residentBytes()) - emptyBytes).toBeGreaterThan(70e6)
    const [local, whole] = await Promise.all([engine.residentBytes(), alone.residentBytes()])
    expect(whole - local).toBeGreaterThan(70e6)
  }, 60_000)

  test('ends with a typed failure when a worker dies in the middle of an answer, and leaves nothing behind', async () => {
    const { tunnel, worker } = await startWorker()
    const engine = await load(50, [{ endpoint: tunnel.inlet.endpoint, layers: 50 }], () => 'b is gone')
    const failing = faultOf(answerOf(engine, chat(QUESTION), { maxTokens: 1000 }))
    await eventually('it writes', () => tunnel.counts.received > 40)
    process.kill(worker.processId, 'SIGKILL')
    expect(await failing).toMatchObject({ code: 'engine_failed' })
    expect(await engine.exited).toBe('b is gone')
    expect(await tunnel.inlet.broken).toBeString()
    await eventually('no connection is left', () => tunnel.openCount() === 0)
    expect([engine.processId, worker.processId].filter(isAlive)).toEqual([])
  }, 60_000)

  test('is closed as any other engine, and the worker is free for the next', async () => {
    const { tunnel } = await startWorker()
    for (let turn = 0; turn < 2; turn += 1) {
      const engine = await load(99, [{ endpoint: tunnel.inlet.endpoint, layers: 1 }])
      await answerOf(engine, chat('x'), { maxTokens: 1 })
      await engine.close()
      await eventually('the worker has no connection', () => tunnel.openCount() === 0)
    }
  }, 60_000)

  test('does not open where no worker answers, and says so', async () => {
    const { tunnel, worker } = await startWorker()
    await worker.stop()
    const loading = load(50, [{ endpoint: tunnel.inlet.endpoint, layers: 50 }])
    expect(await faultOf(loading)).toMatchObject({ code: 'model_not_loadable' })
  }, 60_000)
})
