import { afterAll, describe, setDefaultTimeout } from 'bun:test'
import type { TextEngine, TextEngineDriver } from '@shared/inference/text-engine.ts'
import { describeAborts } from './text-engine/aborts.ts'
import { describeAnswers } from './text-engine/answers.ts'
import { describeConcurrency } from './text-engine/concurrency.ts'
import { TRAITS_OF_A_PRODUCT } from './text-engine/driver-traits.ts'
import type { DriverTraits } from './text-engine/driver-traits.ts'
import { describeEmbeddings } from './text-engine/embeddings.ts'
import { createEngineBench } from './text-engine/engine-bench.ts'
import { describeEngineLife } from './text-engine/engine-life.ts'
import { describeProbabilities } from './text-engine/probabilities.ts'
import { describePrompts } from './text-engine/prompts.ts'
import { describeRanking } from './text-engine/ranking.ts'
import { describeRefusedModels } from './text-engine/refused-models.ts'
import { describeSampling } from './text-engine/sampling.ts'
import { describeStops } from './text-engine/stops.ts'
import { describeStructured } from './text-engine/structured.ts'
import { describeTokens } from './text-engine/tokens.ts'
import { describeTools } from './text-engine/tools.ts'

/**
 * What the port `TextEngineDriver` promises, for any driver. Real models, real engine processes: needs no network and no
 * graphics device, and about 30 seconds of a processor.
 * @param createDriver called once
 * @param traits absent: those of a product that runs models
 */
export const describeTextEngine = (
  name: string,
  createDriver: () => TextEngineDriver,
  traits: DriverTraits = TRAITS_OF_A_PRODUCT,
): void => {
  setDefaultTimeout(30_000)
  describe(name, () => {
    const bench = createEngineBench<TextEngine, TextEngineDriver>(createDriver)
    afterAll(() => bench.close())
    describe('answers', () => describeAnswers(bench))
    describe('stop strings', () => describeStops(bench))
    describe('sampling', () => describeSampling(bench, traits))
    describe('forms of answers', () => describeStructured(bench))
    describe('probabilities', () => describeProbabilities(bench, traits))
    describe('tools', () => describeTools(bench))
    describe('prompts', () => describePrompts(bench))
    describe('tokens', () => describeTokens(bench))
    describe('requests at the same time', () => describeConcurrency(bench))
    describe('giving up', () => describeAborts(bench, traits))
    describe('embeddings', () => describeEmbeddings(bench))
    describe('ranking', () => describeRanking(bench))
    describe('the life of an engine', () => describeEngineLife(bench, traits))
    describe.skipIf(!traits.readsModelFiles)('models that cannot be opened', () =>
      describeRefusedModels(bench),
    )
  })
}
