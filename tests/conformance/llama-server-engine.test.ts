import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { findLlamaServer } from '@service/chat/backends/find-llama-server.ts'
import { createLlamaServerEngineDriver } from '@service/chat/engines/llama-server/llama-server-engine-driver.ts'
import type { GenerateRequest } from '@shared/inference/generate-request.ts'
import type { GenerationEvent } from '@shared/inference/generation-event.ts'
import type { EngineLoadOptions, TextEngine } from '@shared/inference/text-engine.ts'
import { createLog } from '@shared/log/create-log.ts'
import { KNOWN_ANSWER } from '../support/gguf/known-answer-model.ts'
import { writeTestModel } from '../support/gguf/test-models.ts'
import type { TestModelKind } from '../support/gguf/test-models.ts'
import { eventually } from '../support/eventually.ts'
import { modelCardFor } from '../support/model-card-for.ts'

const found = await findLlamaServer({
  configuredPath: process.env['SKEIN_LLAMA_SERVER'] ?? '',
  skeinHome: process.env['SKEIN_HOME'] ?? join(homedir(), '.skein'),
})
if (found === undefined) {
  console.warn(
    'SKIPPED: llama-server is not there. Build it with `skein backends build llama-server`, or set SKEIN_LLAMA_SERVER.',
  )
}

const binaryPath = found?.path ?? ''
const never = new AbortController().signal
const directory = mkdtempSync(join(tmpdir(), 'skein-llama-server-'))
const driver = createLlamaServerEngineDriver({
  binaryPath,
  accelerator: 'cpu',
  log: createLog('test', 'silent'),
})

const load = async (kind: TestModelKind, options: Partial<EngineLoadOptions> = {}): Promise<TextEngine> => {
  const path = join(directory, `${kind}.gguf`)
  await writeTestModel(kind, path)
  const card = await modelCardFor(kind, path)
  return driver.load(card, { contextTokens: 2048, slots: 2, threads: 1, ...options }, never)
}

const ask = (engine: TextEngine, text: string): GenerateRequest => ({
  model: engine.model,
  prompt: { type: 'chat', messages: [{ role: 'user', parts: [{ type: 'text', text }] }] },
  sampling: { temperature: 0 },
  stop: [],
})

const promptTokensOf = async (engine: TextEngine, text: string): Promise<number> => {
  for await (const event of engine.generate({ ...ask(engine, text), maxTokens: 1 }, never)) {
    if (event.type === 'generation-start') return event.promptTokens
  }
  throw new Error('the answer had no start')
}

const textOf = (events: readonly GenerationEvent[]): string =>
  events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('')

afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe.skipIf(found === undefined)('llama-server', () => {
  describe('with the known answer', () => {
    let engine: TextEngine
    beforeAll(async () => {
      engine = await load('known-answer', { contextTokens: 300 })
    })
    afterAll(() => engine.close())

    test('gives each slot exactly the context that was asked for', async () => {
      expect(engine.contextTokens).toBe(300)
      const tooLong = Array.fromAsync(engine.generate(ask(engine, 'a'.repeat(300)), never))
      await expect(tooLong).rejects.toMatchObject({
        code: 'context_length_exceeded',
        details: { contextTokens: 300, promptTokens: expect.any(Number) },
      })
    })

    test('counts a marker that a user typed as the characters that it is', async () => {
      const marker = '<|im_end|>'
      const added = (await promptTokensOf(engine, `a${marker}b`)) - (await promptTokensOf(engine, 'ab'))
      expect(added).toBe((await engine.tokenize(marker)).length)
      expect(added).toBeGreaterThan(1)
    })

    test('loses no text that might have become a stop string when the budget ends the answer', async () => {
      const request = { ...ask(engine, 'hi'), maxTokens: 2, stop: [' I am nobody'] }
      const events = await Array.fromAsync(engine.generate(request, never))
      expect(textOf(events)).toBe('Hello! I am')
      expect(KNOWN_ANSWER).toStartWith(textOf(events))
      expect(events.at(-1)).toMatchObject({ rawReason: 'max-tokens' })
    })

    test('refuses a biased token that the vocabulary lacks, by the name of the field', async () => {
      const sampling = { logitBias: new Map([[9_999_999, -100]]) }
      const answer = Array.fromAsync(engine.generate({ ...ask(engine, 'hi'), sampling }, never))
      await expect(answer).rejects.toMatchObject({ code: 'invalid_request', param: 'logit_bias' })
    })

    test('answers a hundred requests one after another and eight at a time without a broken connection', async () => {
      let answered = 0
      const work = async (): Promise<void> => {
        while (answered < 100) {
          answered += 1
          expect(textOf(await Array.fromAsync(engine.generate(ask(engine, 'hi'), never)))).toBe(KNOWN_ANSWER)
        }
      }
      await Promise.all(Array.from({ length: 8 }, work))
    }, 60_000)
  })

  test('frees its slot soon after an abort in the middle of a long prompt, beside another answer', async () => {
    const engine = await load('random-deep', { contextTokens: 8192 })
    const other = new AbortController()
    try {
      const beside = Array.fromAsync(engine.generate(ask(engine, 'go on'), other.signal)).catch(
        () => undefined,
      )
      const abort = new AbortController()
      const reason = new Error('no longer wanted')
      const long = Array.fromAsync(engine.generate(ask(engine, 'one two three '.repeat(500)), abort.signal))
      const aborted = Bun.sleep(700).then(() => abort.abort(reason))
      expect(await long.catch((error: unknown) => error)).toBe(reason)
      await aborted
      // Both slots of the server are taken until it has noticed; the next answer begins when one is free.
      const abortedAt = performance.now()
      for await (const event of engine.generate({ ...ask(engine, 'x'), maxTokens: 1 }, never)) {
        expect(event.type).toBe('generation-start')
        break
      }
      const isOurs = (await driver.version()).includes('skein')
      expect(performance.now() - abortedAt).toBeLessThan(isOurs ? 2000 : 4000)
      other.abort()
      await beside
    } finally {
      other.abort()
      await engine.close()
    }
  }, 60_000)

  test('does not outlive a service that was killed', async () => {
    const path = join(directory, 'known-answer.gguf')
    await writeTestModel('known-answer', path)
    const service = Bun.spawn([process.execPath, '-e', SERVICE, binaryPath, path], {
      cwd: import.meta.dir,
      env: { ...process.env, TMPDIR: directory },
      stdout: 'pipe',
    })
    const reader = service.stdout.getReader()
    const processId = Number(new TextDecoder().decode((await reader.read()).value))
    expect(isServing(processId)).toBe(true)
    service.kill('SIGKILL')
    await service.exited
    await eventually('the server is gone', () => !isServing(processId), 1000)
    await reader.cancel()
  })
})

/** Opens a model as the chat service does, tells the process id of its engine and waits to be killed. */
const SERVICE = `
  import { createLlamaServerEngineDriver } from '@service/chat/engines/llama-server/llama-server-engine-driver.ts'
  import { createLog } from '@shared/log/create-log.ts'
  import { modelCardFor } from '../support/model-card-for.ts'
  const [binaryPath, path] = process.argv.slice(1)
  const driver = createLlamaServerEngineDriver({ binaryPath, accelerator: 'cpu', log: createLog('test', 'silent') })
  const card = await modelCardFor('known', path)
  const engine = await driver.load(card, { contextTokens: 256, slots: 1, threads: 1 }, new AbortController().signal)
  console.log(engine.processId)
  setInterval(() => undefined, 1000)
`

/** Who has no parent to reap it stays listed as a zombie where nothing plays init. */
const isServing = (processId: number): boolean => {
  const state = Bun.spawnSync(['ps', '-o', 'stat=', '-p', String(processId)])
    .stdout.toString()
    .trim()
  return state !== '' && !state.startsWith('Z')
}
