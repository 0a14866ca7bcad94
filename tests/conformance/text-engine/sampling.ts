import { expect, test } from 'bun:test'
import type { Sampling } from '@shared/inference/generate-request.ts'
import { KNOWN_ANSWER } from '../../support/gguf/known-answer-model.ts'
import { SpmVocabulary } from '../../support/gguf/spm-vocabulary.ts'
import { answerOf, chat, faultOf, text } from './ask-engine.ts'
import type { DriverTraits } from './driver-traits.ts'
import type { EngineBench } from './engine-bench.ts'

const PROMPT = text('The quick brown fox')

export const describeSampling = (bench: EngineBench, { samples }: DriverTraits): void => {
  const draw = async (sampling: Sampling, maxTokens = 24) =>
    (await answerOf(await bench.engine('random'), PROMPT, { sampling, maxTokens })).text

  /**
   * Nearly every token is as likely as the next, and their logits are exact: with ordinary models the sums depend in their
   * last bits on what else is in the batch, so that once in a while another token is drawn. That is llama.cpp's nature.
   */
  const roll = async (seed: number | undefined, maxTokens = 24) => {
    const sampling = {
      temperature: 40,
      topK: 0,
      topP: 1,
      minP: 0,
      ...(seed === undefined ? {} : { seed }),
    }
    return (await answerOf(await bench.engine('endless'), chat('Roll.'), { sampling, maxTokens })).text
  }

  test('greedy is deterministic', async () => {
    const first = await draw({ temperature: 0 })
    expect(first).not.toBe('')
    expect(await draw({ temperature: 0, seed: 5 })).toBe(first)
    expect(await draw({ temperature: 0, topK: 0, topP: 1, minP: 0 })).toBe(first)
  })

  test.skipIf(!samples)(
    'a seed reproduces the text, also from the cache, and another seed gives another',
    async () => {
      const first = await roll(7)
      expect(first).not.toBe('')
      for (let round = 0; round < 3; round++) expect(await roll(7)).toBe(first)
      expect(await roll(8)).not.toBe(first)
    },
  )

  test.skipIf(!samples)('a seed reproduces the text beside other requests', async () => {
    const alone = await roll(7)
    const texts = await Promise.all([roll(7), roll(99, 40), roll(7), roll(undefined, 12)])
    expect([texts[0], texts[2]]).toEqual([alone, alone])
  })

  test('seeds beyond 32 bits, negative ones and the largest are seeds too', async () => {
    for (const seed of [-1, 2 ** 32 - 1, 2 ** 40 + 3]) expect(await roll(seed)).toBe(await roll(seed))
  })

  test.skipIf(!samples)('without a seed each draw is another', async () => {
    const texts = await Promise.all(Array.from({ length: 3 }, () => roll(undefined)))
    expect(new Set(texts).size).toBe(3)
  })

  test('one candidate is greedy at any temperature', async () => {
    const greedy = await draw({ temperature: 0 })
    expect(await draw({ temperature: 2, topK: 1 })).toBe(greedy)
    expect(await draw({ temperature: 2, topK: 0, topP: 0, minP: 0 })).toBe(greedy)
    expect(await draw({ temperature: 1, topK: 0, topP: 1, minP: 1 })).toBe(greedy)
  })

  test.skipIf(!samples)('penalties change what is drawn', async () => {
    const plain = await draw({ temperature: 0 }, 64)
    expect(await draw({ temperature: 0, repeatPenalty: 2, repeatLastTokens: 64 }, 64)).not.toBe(plain)
    expect(await draw({ temperature: 0, presencePenalty: 2, frequencyPenalty: 2 }, 64)).not.toBe(plain)
    expect(await draw({ temperature: 0, repeatPenalty: 2, repeatLastTokens: 0 }, 64)).toBe(plain)
  })

  test('a look back beyond all bounds is a look at the whole context', async () => {
    expect(await draw({ temperature: 0, repeatPenalty: 1.2, repeatLastTokens: 2 ** 40 })).toBe(
      await draw({ temperature: 0, repeatPenalty: 1.2, repeatLastTokens: 1024 }),
    )
  })

  test.skipIf(!samples)('a bias of −100 bans a token, +100 forces it', async () => {
    const engine = await bench.engine('known-answer')
    const [first = -1] = await engine.tokenize('Hello!')
    const biased = async (id: number, bias: number) =>
      (
        await answerOf(engine, chat('Hello?'), {
          sampling: { temperature: 0, logitBias: new Map([[id, bias]]) },
        })
      ).text
    expect(await biased(first, -100)).not.toStartWith('Hello!')
    expect(await biased(first, 0)).toBe(KNOWN_ANSWER)
    expect((await biased(first, 100)).startsWith('Hello!Hello!Hello!')).toBe(true)
  })

  test.skipIf(!samples)('a bias reaches the token that ends the answer', async () => {
    const engine = await bench.engine('known-answer')
    const end = new SpmVocabulary([]).endOfTurnId
    const logitBias = (bias: number) => ({ sampling: { temperature: 0, logitBias: new Map([[end, bias]]) } })
    const forced = await answerOf(engine, chat('Hello?'), logitBias(100))
    expect(forced).toMatchObject({ text: '', finish: { reason: 'stop', rawReason: 'eos' } })
    const banned = await answerOf(engine, chat('Hello?'), logitBias(-100))
    expect(banned.finish).toMatchObject({ reason: 'length', usage: { completionTokens: 32 } })
  })

  test('a bias of a token that does not exist is refused by name', async () => {
    const engine = await bench.engine('known-answer')
    const logitBias = new Map([[9_999_999, 1]])
    const fault = await faultOf(answerOf(engine, chat('Hello?'), { sampling: { logitBias } }))
    expect(fault).toMatchObject({ code: 'invalid_request', param: 'logit_bias' })
  })
}
