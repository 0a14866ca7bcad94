import { expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formattedTextEngineDriver } from '@service/chat/engines/formatted-text-engine.ts'
import type { CompletionEngine } from '@service/chat/engines/completion-engine.ts'
import { createNodeLlamaEngineDriver } from '@service/chat/engines/node-llama-cpp/node-llama-engine-driver.ts'
import type { Sampling } from '@shared/inference/generate-request.ts'
import { createLog } from '@shared/log/create-log.ts'
import { eventually } from '../support/eventually.ts'
import { modelCardFor } from '../support/model-card-for.ts'
import { writeTestModel } from '../support/gguf/test-models.ts'
import { describeCompletionEngine } from './completion-engine.conformance.ts'
import { complete } from './completion-engine/complete.ts'
import { answerOf, chat, faultOf, soon, text } from './text-engine/ask-engine.ts'
import { describeTextEngine } from './text-engine.conformance.ts'
import { isAlive } from './text-engine/processes.ts'

const createDriver = () =>
  createNodeLlamaEngineDriver({ accelerator: 'cpu', log: createLog('test', 'silent') })

describeTextEngine('node-llama-cpp', () => formattedTextEngineDriver(createDriver()))
describeCompletionEngine('node-llama-cpp', createDriver)

for (const state of ['at work', 'hanging'] as const) {
  test(`an engine ${state} goes when the process that opened it is killed`, async () => {
    const directory = await mkdtemp(join(tmpdir(), 'skein-orphan-'))
    const path = join(directory, 'endless.gguf')
    await writeTestModel('endless', path)
    const script = join(import.meta.dir, '..', 'support', 'engine-holder.ts')
    const holder = Bun.spawn([process.execPath, script, path], { stdout: 'pipe', stderr: 'inherit' })
    try {
      const { value } = await holder.stdout.getReader().read()
      const engine = Number(new TextDecoder().decode(value).split('\n')[0])
      expect(isAlive(engine)).toBe(true)
      if (state === 'hanging') process.kill(engine, 'SIGSTOP')
      holder.kill('SIGKILL')
      await holder.exited
      await eventually('the engine is gone', () => !isAlive(engine))
    } finally {
      holder.kill('SIGKILL')
      await rm(directory, { recursive: true })
    }
  })
}

/** Opens the `random` model for one test. */
const withRandomModel = async (use: (engine: CompletionEngine) => Promise<void>): Promise<void> => {
  const directory = await mkdtemp(join(tmpdir(), 'skein-random-'))
  const path = join(directory, 'random.gguf')
  await writeTestModel('random', path)
  const card = await modelCardFor('random', path)
  const engine = await createDriver().load(card, { contextTokens: 256, slots: 1, threads: 1 }, soon())
  try {
    await use(engine)
  } finally {
    await engine.close()
    await rm(directory, { recursive: true })
  }
}

test('a grammar that would bring the engine down is refused before it gets there', () =>
  withRandomModel(async (engine) => {
    for (const gbnf of [`root ::= ${'('.repeat(200_000)}"a"${')'.repeat(200_000)}`, 'root ::= "a"{5,2}']) {
      const fault = await faultOf(complete(engine, text('Once'), { grammar: { gbnf } }))
      expect(fault).toMatchObject({ code: 'invalid_request', param: 'grammar' })
    }
    const grammar = { gbnf: 'root ::= ws root | "a"\nws ::= [ ]*' }
    expect((await complete(engine, text('Once'), { grammar })).text).toMatch(/^ *a?$/)
  }))

test('what the library cannot sample with is refused by name, and what would change nothing is not', () =>
  withRandomModel(async (engine) => {
    const sampled = (sampling: Sampling) => complete(engine, text('Once'), { sampling, maxTokens: 2 })
    for (const logprobs of [{}, { logprobs: 1 }])
      expect(
        await faultOf(
          complete(engine, text('Once'), { sampling: { mirostat: { version: 2 } }, ...logprobs }),
        ),
      ).toMatchObject({ code: 'invalid_request', param: 'mirostat' })
    const fault = await faultOf(sampled({ typicalP: 0.5 }))
    expect(fault).toMatchObject({ code: 'invalid_request', param: 'typical_p' })
    expect(fault.message).toContain('CHAT_ENGINE=llama-server')
    expect((await sampled({ typicalP: 1 })).finish.usage.completionTokens).toBeGreaterThan(0)
  }))

test('under a grammar a character is never half written: what was counted is what comes out', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'skein-characters-'))
  const path = join(directory, 'random.gguf')
  await writeTestModel('random-bpe', path)
  const driver = formattedTextEngineDriver(
    createNodeLlamaEngineDriver({ accelerator: 'cpu', log: createLog('test', 'silent') }),
  )
  const options = { contextTokens: 1024, slots: 4, threads: 1 }
  const engine = await driver.load(await modelCardFor('random', path), options, soon())
  try {
    const grammar = String.raw`root ::= [^\x00-\x7F]{12}`
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, seed) =>
        answerOf(engine, chat('Write.'), {
          sampling: { temperature: 1, seed },
          output: { type: 'grammar', grammar },
          maxTokens: 100,
        }),
      ),
    )
    expect(answers.map(({ text: written }) => [...written].length).filter((length) => length !== 12)).toEqual(
      [],
    )
  } finally {
    await engine.close()
    await rm(directory, { recursive: true })
  }
}, 60_000)
