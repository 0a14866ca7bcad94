import { expect, test } from 'bun:test'
import type { ModelCard } from '@shared/inference/model-card.ts'
import { BROKEN_MODELS } from '../../support/gguf/broken-models.ts'
import { modelCardFor } from '../../support/model-card-for.ts'
import { faultOf } from './ask-engine.ts'
import { LOAD_OPTIONS } from './engine-bench.ts'
import type { EngineBench } from './engine-bench.ts'
import { childProcesses } from './processes.ts'

/** Broken in ways that nobody noticed before: the engine itself finds out, by an error or by an abort. */
const UNNOTICED: Readonly<Record<string, RegExp>> = {
  'web-page': /magic|gguf|format|invalid/i,
  'truncated-tensors': /not within the file bounds|corrupted|incomplete|offset/i,
  'missing-tensor': /attn_q/,
  'unknown-architecture': /architecture/,
  'missing-tokens': /vocab|token/,
  'missing-head-count': /head|ASSERT|key not found|wrong shape/,
  'zero-block-count': /./,
}

export const describeRefusedModels = (bench: EngineBench): void => {
  const refusal = (card: ModelCard) =>
    faultOf(bench.driver().load(card, LOAD_OPTIONS, AbortSignal.timeout(25_000)))

  test('a file that is not there', async () => {
    const card = await bench.card('known-answer')
    const fault = await refusal({ ...card, path: await bench.path('nowhere.gguf') })
    expect(fault.code).toBe('model_not_loadable')
  })

  test('a directory', async () => {
    const card = await bench.card('known-answer')
    const fault = await refusal({ ...card, path: (await bench.path('x')).slice(0, -2) })
    expect(fault.code).toBe('model_not_loadable')
  })

  test('every file that model-store finds a defect in is refused with it', async () => {
    const before = await childProcesses()
    for (const model of BROKEN_MODELS) {
      const path = await bench.path(`${model.name}.gguf`)
      await model.write(path)
      const card = await modelCardFor('broken', path)
      if (card.defect === undefined) continue
      const fault = await refusal(card)
      expect({ model: model.name, code: fault.code }).toEqual({
        model: model.name,
        code: 'model_not_loadable',
      })
      expect(fault.message.length).toBeGreaterThan(20)
    }
    expect([...(await childProcesses())].filter((child) => !before.has(child))).toEqual([])
  })

  for (const [name, reason] of Object.entries(UNNOTICED)) {
    test(`a defect that was not noticed before: ${name}`, async () => {
      const model = BROKEN_MODELS.find((broken) => broken.name === name)
      const path = await bench.path(`unnoticed-${name}.gguf`)
      await model!.write(path)
      const card = await bench.card('random')
      const fault = await refusal({ ...card, path, sizeBytes: Bun.file(path).size })
      expect(fault.code).toBe('model_not_loadable')
      expect(fault.message).toMatch(reason)
    })
  }
}
