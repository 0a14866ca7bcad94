import { expect, test } from 'bun:test'
import type { Prompt } from '@shared/inference/generate-request.ts'
import { uint32 } from '../../support/gguf/gguf-metadata.ts'
import { SpmVocabulary } from '../../support/gguf/spm-vocabulary.ts'
import { faultOf, soon } from '../text-engine/ask-engine.ts'
import { complete } from './complete.ts'
import type { CompletionBench } from './complete.ts'

const infill = (prefix: string, suffix: string): Prompt => ({ type: 'infill', prefix, suffix })

export const describeInfill = (bench: CompletionBench): void => {
  test('a model that was trained to fill in gets both sides between its markers', async () => {
    const vocabulary = new SpmVocabulary([])
    const card = await bench.variant('random', 'fill-in', (metadata) => [
      ...metadata,
      ['tokenizer.ggml.fim_pre_token_id', uint32(vocabulary.idOf('<s>'))],
      ['tokenizer.ggml.fim_suf_token_id', uint32(vocabulary.idOf('</s>'))],
      ['tokenizer.ggml.fim_mid_token_id', uint32(vocabulary.idOf('<|im_start|>'))],
    ])
    const engine = await bench.load(card)
    const sides = await Promise.all(['one two', ' four'].map((side) => engine.tokenize(side)))
    const { start, text } = await complete(engine, infill('one two', ' four'), { maxTokens: 8 })
    expect(start.promptTokens).toBe(3 + sides.flat().length)
    expect(await engine.countPromptTokens({ prompt: infill('one two', ' four') }, soon())).toBe(
      start.promptTokens,
    )
    const [before = [], behind = []] = sides
    const tokens = [
      vocabulary.idOf('<s>'),
      ...before,
      vocabulary.idOf('</s>'),
      ...behind,
      vocabulary.idOf('<|im_start|>'),
    ]
    expect(text).toBe((await complete(engine, { type: 'tokens', tokens }, { maxTokens: 8 })).text)
    await engine.close()
  })

  test('other models refuse by name', async () => {
    const engine = await bench.engine('random')
    const faults = await Promise.all([
      faultOf(complete(engine, infill('one', 'three'))),
      faultOf(engine.countPromptTokens({ prompt: infill('one', 'three') }, soon())),
    ])
    for (const fault of faults) expect(fault).toMatchObject({ code: 'invalid_request', param: 'suffix' })
  })

  test('sides that fill the context are refused', async () => {
    const engine = await bench.engine('random')
    const fault = await faultOf(complete(engine, infill('word '.repeat(1_000_000), 'end')))
    expect(['context_length_exceeded', 'invalid_request']).toContain(fault.code)
  })
}
