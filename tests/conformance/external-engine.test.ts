import { afterAll, describe, setDefaultTimeout } from 'bun:test'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { findLlamaServer } from '@service/chat/backends/find-llama-server.ts'
import type { TextEngine, TextEngineDriver } from '@shared/inference/text-engine.ts'
import { createServedModelDriver } from '../support/machines/served-model-driver.ts'
import { describeAborts } from './text-engine/aborts.ts'
import { describeAnswers } from './text-engine/answers.ts'
import { describeConcurrency } from './text-engine/concurrency.ts'
import { TRAITS_OF_A_PRODUCT } from './text-engine/driver-traits.ts'
import { describeEmbeddings } from './text-engine/embeddings.ts'
import { createEngineBench } from './text-engine/engine-bench.ts'
import { describeProbabilities } from './text-engine/probabilities.ts'
import { describeRanking } from './text-engine/ranking.ts'
import { describeSampling } from './text-engine/sampling.ts'
import { describeStops } from './text-engine/stops.ts'
import { describeTokens } from './text-engine/tokens.ts'

const found = await findLlamaServer({
  configuredPath: process.env['SKEIN_LLAMA_SERVER'] ?? '',
  skeinHome: process.env['SKEIN_HOME'] ?? join(homedir(), '.skein'),
})
if (found === undefined) {
  console.warn(
    'SKIPPED: llama-server is not there. Build it with `skein backends build llama-server`, or set SKEIN_LLAMA_SERVER.',
  )
}

/**
 * The port of engines, over a real server of somebody else's for each model, reached by its URL alone. What the port promises
 * of files, processes, templates and grammars is that server's own there, and not part of this.
 */
describe.skipIf(found === undefined)('external, over a llama-server', () => {
  setDefaultTimeout(30_000)
  const bench = createEngineBench<TextEngine, TextEngineDriver>(() =>
    createServedModelDriver(found?.path ?? ''),
  )
  const traits = { ...TRAITS_OF_A_PRODUCT, hasOwnProcess: false, readsModelFiles: false }
  afterAll(() => bench.close())
  describe('answers', () => describeAnswers(bench))
  describe('stop strings', () => describeStops(bench))
  describe('sampling', () => describeSampling(bench, traits))
  describe('probabilities', () => describeProbabilities(bench, traits))
  describe('tokens', () => describeTokens(bench))
  describe('requests at the same time', () => describeConcurrency(bench))
  describe('giving up', () => describeAborts(bench, traits))
  describe('embeddings', () => describeEmbeddings(bench))
  describe('ranking', () => describeRanking(bench))
})
