/**
 * Time to the first token: cold (model not loaded), warm (new prompt), prefix reused (same long prompt again), through
 * Skein and through llama.cpp's own server on the same 0.5B file, in one run.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createChatClient } from '@skein/tests/support/chat-client.ts'
import { eventually } from '@skein/tests/support/eventually.ts'
import { writeTestModel } from '@skein/tests/support/gguf/test-models.ts'
import { startNode } from '@skein/tests/support/running-node.ts'
import { printReport } from './bench-report.ts'
import { randomTokens } from './random-tokens.ts'
import { startBaselineServer } from './start-baseline-server.ts'
import { streamCompletion } from './stream-completion.ts'

const MODEL = 'bench'
const ROUNDS = 3
const PROMPT_TOKENS = 512
const CONTEXT_TOKENS = 1024
const BASELINE = 'llama-server'
const SKEIN = 'skein'

interface Rounds {
  readonly cold: number[]
  readonly warm: number[]
  readonly reused: number[]
}

export const benchFirstToken = async (llamaServerPath: string): Promise<void> => {
  const directory = mkdtempSync(join(tmpdir(), 'skein-bench-'))
  const path = join(directory, `${MODEL}.gguf`)
  await writeTestModel('bench-0.5b', path)
  const baseline: Rounds = { cold: [], warm: [], reused: [] }
  const skein: Rounds = { cold: [], warm: [], reused: [] }
  const node = await startNode({
    models: {},
    prepare: (models) => Bun.write(join(models, `${MODEL}.gguf`), Bun.file(path)).then(() => undefined),
    environment: {
      CHAT_SLOTS: '2',
      CHAT_THREADS: '1',
      CHAT_CONTEXT_TOKENS: String(CONTEXT_TOKENS),
      CHAT_KEEP_ALIVE_MS: '500',
    },
  })
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const startedAt = performance.now()
      const server = await startBaselineServer(llamaServerPath, path, {
        contextTokens: CONTEXT_TOKENS, slots: 2, threads: '1', directory,
      }) // prettier-ignore
      await one(server.url, baseline, () => performance.now() - startedAt)
      await server.stop()
      await one(node.url, skein)
      await unloaded(node.url)
    }
  } finally {
    await node.stop()
    rmSync(directory, { recursive: true })
  }
  const row = (what: string, kind: keyof Rounds) => ({
    what,
    values: { [BASELINE]: baseline[kind], [SKEIN]: skein[kind] },
  })
  printReport({
    title: 'Time to first token',
    unit: 'ms',
    baseline: BASELINE,
    better: 'less',
    rows: [
      row('cold (start or load)', 'cold'),
      row('warm, 512 new tokens', 'warm'),
      row('same 512 tokens again', 'reused'),
    ],
  })
}

/** @param sinceStart for a server whose cold start is that of its process */
const one = async (url: string, rounds: Rounds, sinceStart?: () => number): Promise<void> => {
  const ask = (prompt: readonly number[]) => streamCompletion(url, { model: MODEL, prompt, maxTokens: 2 })
  const cold = await ask(randomTokens(8))
  rounds.cold.push(sinceStart === undefined ? cold.firstTokenMs : sinceStart())
  const prompt = randomTokens(PROMPT_TOKENS)
  rounds.warm.push((await ask(prompt)).firstTokenMs)
  rounds.reused.push((await ask(prompt)).firstTokenMs)
}

const unloaded = (url: string): Promise<void> =>
  eventually('the model is unloaded', async () =>
    (await createChatClient(url).state()).every(({ processId }) => !processId),
  )
