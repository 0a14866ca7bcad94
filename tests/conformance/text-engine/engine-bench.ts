import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ModelCard } from '@shared/inference/model-card.ts'
import type { EngineLoadOptions, TextEngine, TextEngineDriver } from '@shared/inference/text-engine.ts'
import type { MetadataEntry } from '../../support/gguf/gguf-metadata.ts'
import { writeGguf } from '../../support/gguf/gguf-writer.ts'
import { testModelPlan, writeTestModel } from '../../support/gguf/test-models.ts'
import type { TestModelKind } from '../../support/gguf/test-models.ts'
import { unicodeModel } from '../../support/gguf/unicode-model.ts'
import { modelCardFor } from '../../support/model-card-for.ts'

export type BenchModel = TestModelKind | 'unicode'

export const LOAD_OPTIONS: EngineLoadOptions = { contextTokens: 1024, slots: 4, threads: 1 }

/** As much of a driver as the bench itself needs. */
export interface DriverUnderTest<Engine> {
  load(card: ModelCard, options: EngineLoadOptions, signal: AbortSignal): Promise<Engine>
}

/** One driver under test, with models for it. */
export interface EngineBench<Engine = TextEngine, Driver = TextEngineDriver> {
  driver(): Driver
  card(kind: BenchModel): Promise<ModelCard>
  /** An engine for this kind of model that all tests share. */
  engine(kind: BenchModel): Promise<Engine>
  /** The card of a model that is like another, but for its metadata. */
  variant(
    kind: TestModelKind,
    name: string,
    change: (metadata: readonly MetadataEntry[]) => readonly MetadataEntry[],
  ): Promise<ModelCard>
  /** An engine of a test's own, closed at the end of the suite in any case. */
  load(card: ModelCard, options?: Partial<EngineLoadOptions>): Promise<Engine>
  /** Path of a file that does not exist yet. */
  path(name: string): Promise<string>
  close(): Promise<void>
}

export const createEngineBench = <
  Engine extends { close(): Promise<void> },
  Driver extends DriverUnderTest<Engine>,
>(
  createDriver: () => Driver,
): EngineBench<Engine, Driver> => {
  let driver: Driver | undefined
  let directory: Promise<string> | undefined
  const cards = new Map<BenchModel, Promise<ModelCard>>()
  const shared = new Map<BenchModel, Promise<Engine>>()
  const opened: Engine[] = []
  const bench: EngineBench<Engine, Driver> = {
    driver: () => (driver ??= createDriver()),
    async path(name) {
      directory ??= mkdtemp(join(tmpdir(), 'skein-engine-'))
      return join(await directory, name)
    },
    card(kind) {
      const known = cards.get(kind) ?? writeModel(bench, kind)
      cards.set(kind, known)
      return known
    },
    engine(kind) {
      const known = shared.get(kind) ?? bench.card(kind).then((card) => bench.load(card))
      shared.set(kind, known)
      return known
    },
    async variant(kind, name, change) {
      const path = await bench.path(`${name}.gguf`)
      const plan = testModelPlan(kind)
      await writeGguf(path, { ...plan, metadata: [...change(plan.metadata)] })
      return modelCardFor(name, path)
    },
    async load(card, options = {}) {
      const engine = await bench
        .driver()
        .load(card, { ...LOAD_OPTIONS, ...options }, AbortSignal.timeout(60_000))
      opened.push(engine)
      return engine
    },
    async close() {
      await Promise.all(opened.map((engine) => engine.close()))
      if (directory !== undefined) await rm(await directory, { recursive: true })
    },
  }
  return bench
}

const writeModel = async (
  bench: { path(name: string): Promise<string> },
  kind: BenchModel,
): Promise<ModelCard> => {
  const path = await bench.path(`${kind}.gguf`)
  if (kind === 'unicode') await writeGguf(path, unicodeModel())
  else await writeTestModel(kind, path)
  return modelCardFor(kind, path)
}
