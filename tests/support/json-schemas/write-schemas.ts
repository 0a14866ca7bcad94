import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formattedTextEngineDriver } from '@service/chat/engines/formatted-text-engine.ts'
import { createNodeLlamaEngineDriver } from '@service/chat/engines/node-llama-cpp/node-llama-engine-driver.ts'
import { collectGeneration } from '@shared/inference/collect-generation.ts'
import type { TextEngine } from '@shared/inference/text-engine.ts'
import { createLog } from '@shared/log/create-log.ts'
import { writeTestModel } from '../gguf/test-models.ts'
import { modelCardFor } from '../model-card-for.ts'
import type { NamedSchema } from './named-schema.ts'
import { createSchemaOracle } from './schema-oracle.ts'

export interface WrittenSchemas {
  /** Answers that the model ended itself: all of them must be valid. */
  readonly stopped: number
  /** Answers that the token budget ended: nothing is said of them. */
  readonly cut: number
  /** Answers that stopped and are not valid, and refusals of schemas: name, seed, text and what is wrong. */
  readonly failures: readonly string[]
}

export interface WritingOptions {
  /** Answers for each schema, each with another seed. */
  readonly seeds: number
  readonly onDone?: (done: number) => void
}

const SLOTS = 8
const MOST_TOKENS = 3000

/** A real engine with random weights writes every schema: who knows nothing shows what the grammar alone guarantees. */
export const writeSchemas = async (
  schemas: readonly NamedSchema[],
  { onDone, seeds }: WritingOptions,
): Promise<WrittenSchemas> => {
  const directory = await mkdtemp(join(tmpdir(), 'skein-schemas-'))
  const engine = await openEngine(directory)
  const counts = { stopped: 0, cut: 0, done: 0 }
  const failures: string[] = []
  const jobs = schemas.flatMap((schema) => Array.from({ length: seeds }, (_, seed) => ({ schema, seed })))
  const work = async (): Promise<void> => {
    for (let job = jobs.pop(); job !== undefined; job = jobs.pop()) {
      const { isStopped, problem } = await writeOne(engine, job.schema, job.seed)
      counts[isStopped ? 'stopped' : 'cut'] += 1
      if (problem !== undefined) failures.push(`${job.schema.name}, seed ${job.seed}: ${problem}`)
      onDone?.((counts.done += 1))
    }
  }
  try {
    await Promise.all(Array.from({ length: SLOTS }, work))
  } finally {
    await engine.close()
    await rm(directory, { recursive: true, force: true })
  }
  return { stopped: counts.stopped, cut: counts.cut, failures }
}

const openEngine = async (directory: string): Promise<TextEngine> => {
  const path = join(directory, 'random.gguf')
  await writeTestModel('random-bpe', path)
  const driver = formattedTextEngineDriver(
    createNodeLlamaEngineDriver({ accelerator: 'cpu', log: createLog('test', 'silent') }),
  )
  const options = { contextTokens: 4096, slots: SLOTS, threads: 1 }
  return driver.load(await modelCardFor('random', path), options, AbortSignal.timeout(30_000))
}

const writeOne = async (
  engine: TextEngine,
  { schema }: NamedSchema,
  seed: number,
): Promise<{ readonly isStopped: boolean; readonly problem?: string }> => {
  const request = {
    model: engine.model,
    prompt: { type: 'chat', messages: [{ role: 'user', parts: [{ type: 'text', text: 'Write.' }] }] },
    sampling: { temperature: 1, seed },
    stop: [],
    maxTokens: MOST_TOKENS,
    output: { type: 'json-schema', schema },
  } as const
  try {
    const { reason, text } = await collectGeneration(engine.generate(request, AbortSignal.timeout(120_000)))
    if (reason !== 'stop') return { isStopped: false }
    const problem = problemOf(text, schema)
    return {
      isStopped: true,
      ...(problem === undefined ? {} : { problem: `${problem}\n${text.slice(0, 2000)}` }),
    }
  } catch (error) {
    return { isStopped: false, problem: String(error) }
  }
}

const problemOf = (text: string, schema: NamedSchema['schema']): string | undefined => {
  try {
    return createSchemaOracle(schema)(JSON.parse(text))
  } catch (error) {
    return String(error)
  }
}
