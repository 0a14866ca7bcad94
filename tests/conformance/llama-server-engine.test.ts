import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { findLlamaServer } from '@service/chat/backends/find-llama-server.ts'
import { formattedTextEngineDriver } from '@service/chat/engines/formatted-text-engine.ts'
import { createLlamaServerEngineDriver } from '@service/chat/engines/llama-server/llama-server-engine-driver.ts'
import type { EngineLoadOptions, TextEngine } from '@shared/inference/text-engine.ts'
import { createLog } from '@shared/log/create-log.ts'
import { eventually } from '../support/eventually.ts'
import { KNOWN_ANSWER } from '../support/gguf/known-answer-model.ts'
import { writeTestModel } from '../support/gguf/test-models.ts'
import type { TestModelKind } from '../support/gguf/test-models.ts'
import { modelCardFor } from '../support/model-card-for.ts'
import { describeCompletionEngine } from './completion-engine.conformance.ts'
import { describeTextEngine } from './text-engine.conformance.ts'
import { answerOf, chat, faultOf, rejectionOf, soon } from './text-engine/ask-engine.ts'

const found = await findLlamaServer({
  configuredPath: process.env['SKEIN_LLAMA_SERVER'] ?? '',
  skeinHome: process.env['SKEIN_HOME'] ?? join(homedir(), '.skein'),
})
if (found === undefined) {
  console.warn(
    'SKIPPED: llama-server is not there. Build it with `skein backends build llama-server`, or set SKEIN_LLAMA_SERVER.',
  )
}

const createCompletionDriver = () =>
  createLlamaServerEngineDriver({
    binaryPath: found?.path ?? '',
    accelerator: 'cpu',
    log: createLog('test', 'silent'),
  })

const createDriver = () => formattedTextEngineDriver(createCompletionDriver())

if (found !== undefined) {
  describeTextEngine('llama-server', createDriver)
  describeCompletionEngine('llama-server', createCompletionDriver, { joinsCharacters: true })
}

describe.skipIf(found === undefined)('llama-server alone', () => {
  let directory = ''
  const driver = createDriver()
  const opened: TextEngine[] = []

  const load = async (kind: TestModelKind, options: Partial<EngineLoadOptions> = {}): Promise<TextEngine> => {
    const path = join(directory, `${kind}.gguf`)
    await writeTestModel(kind, path)
    const card = await modelCardFor(kind, path)
    const engine = await driver.load(card, { contextTokens: 2048, slots: 2, threads: 1, ...options }, soon())
    opened.push(engine)
    return engine
  }

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'skein-llama-server-'))
  })
  afterAll(async () => {
    await Promise.all(opened.map((engine) => engine.close()))
    rmSync(directory, { recursive: true, force: true })
  })

  describe('with the known answer', () => {
    let engine: TextEngine
    beforeAll(async () => {
      engine = await load('known-answer', { contextTokens: 300 })
    })

    test('gives each slot exactly the context that was asked for, whatever llama.cpp rounds to', async () => {
      expect(engine.contextTokens).toBe(300)
      const fault = await faultOf(answerOf(engine, chat('a'.repeat(300))))
      expect(fault).toMatchObject({ code: 'context_length_exceeded', details: { contextTokens: 300 } })
    })

    test('tells why it refuses a grammar, and outlives what llama.cpp would not', async () => {
      const under = (grammar: string) =>
        faultOf(answerOf(engine, chat('hi'), { output: { type: 'grammar', grammar } }))
      expect((await under('root :: "a"')).message).toContain("'::=' is expected")
      expect((await under('root ::= missing')).message).toContain('the rule missing')
      expect((await under('root ::= root "a"')).message).toContain('begins with itself')
      for (const deadly of [`root ::= ${'('.repeat(100_000)}`, '%llguidance {}', ''])
        expect(await under(deadly)).toMatchObject({ code: 'invalid_request', param: 'grammar' })
      expect((await answerOf(engine, chat('hi'))).text).toBe(KNOWN_ANSWER)
    })

    test('answers two hundred requests, eight at a time, without a broken connection', async () => {
      let asked = 0
      const work = async (): Promise<void> => {
        while (asked < 200) {
          asked += 1
          expect((await answerOf(engine, chat('hi'))).text).toBe(KNOWN_ANSWER)
        }
      }
      await Promise.all(Array.from({ length: 8 }, work))
    }, 60_000)
  })

  test('frees its slot soon after an abort in the middle of a long prompt, beside another answer', async () => {
    const engine = await load('random-deep', { contextTokens: 8192 })
    const other = new AbortController()
    const beside = rejectionOf(answerOf(engine, chat('go on'), { maxTokens: 4000 }, other.signal))
    const abort = new AbortController()
    const reason = new Error('no longer wanted')
    const long = rejectionOf(answerOf(engine, chat('one two three '.repeat(500)), {}, abort.signal))
    expect(await Promise.race([long, Bun.sleep(700)])).toBeUndefined()
    abort.abort(reason)
    expect(await long).toBe(reason)
    // Both slots of the server are taken until it has noticed; the next answer begins when one is free.
    const abortedAt = performance.now()
    await answerOf(engine, chat('x'), { maxTokens: 1 })
    expect(performance.now() - abortedAt).toBeLessThan(3000)
    other.abort(reason)
    expect(await beside).toBe(reason)
  }, 60_000)

  test('does not outlive a service that was killed', async () => {
    const path = join(directory, 'of-a-service.gguf')
    await writeTestModel('known-answer', path)
    const service = Bun.spawn([process.execPath, '-e', SERVICE, found?.path ?? '', path], {
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
