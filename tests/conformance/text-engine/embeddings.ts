import { expect, test } from 'bun:test'
import type { EmbedInput } from '@shared/inference/embed-request.ts'
import { answerOf, chat, faultOf, soon } from './ask-engine.ts'
import type { EngineBench } from './engine-bench.ts'

const TEXTS = ['The quick brown fox', 'hello world', 'Grüße 😀', 'the', 'hello world']

const input = (text: string): EmbedInput => ({ type: 'text', text })

const lengthOf = (vector: Float32Array): number => Math.hypot(...vector)

const distance = (left: Float32Array | undefined, right: Float32Array | undefined): number =>
  Math.hypot(...(left ?? []).map((value, index) => value - (right?.[index] ?? 0)))

export const describeEmbeddings = (bench: EngineBench): void => {
  for (const [kind, width] of [
    ['embedding', 128],
    ['bert-embedding', 64],
  ] as const) {
    const embed = async (inputs: readonly EmbedInput[], signal = soon()) => {
      const engine = await bench.engine(kind)
      return engine.embed({ model: engine.model, inputs }, signal)
    }

    test(`vectors have unit length, one for each input (${kind})`, async () => {
      const { promptTokens, vectors } = await embed(TEXTS.map(input))
      expect(vectors.map((vector) => vector.length)).toEqual(TEXTS.map(() => width))
      for (const vector of vectors) expect(lengthOf(vector)).toBeCloseTo(1, 4)
      expect(promptTokens).toBeGreaterThan(TEXTS.length)
    })

    test(`the vectors are in the order of the inputs, and the same for each alone (${kind})`, async () => {
      const { vectors } = await embed(TEXTS.map(input))
      for (const [place, text] of TEXTS.entries()) {
        const alone = await embed([input(text)])
        expect(distance(vectors[place], alone.vectors[0])).toBeLessThan(1e-3)
      }
      expect(distance(vectors[1], vectors[4])).toBeLessThan(1e-3)
      expect(distance(vectors[0], vectors[1])).toBeGreaterThan(1e-2)
    })

    test(`tokens give the vector of their text (${kind})`, async () => {
      const engine = await bench.engine(kind)
      const tokens = await engine.tokenize('hello world')
      const fromText = await embed([input('hello world')])
      // Models that put tokens around a text may want them from the client here.
      const { vectors } = await embed([{ type: 'tokens', tokens }])
      expect(lengthOf(vectors[0] ?? new Float32Array())).toBeCloseTo(1, 4)
      if (kind === 'embedding') expect(distance(vectors[0], fromText.vectors[0])).toBeLessThan(1e-3)
    })

    test(`many inputs at once, from several callers, all come right (${kind})`, async () => {
      const reference = await embed(TEXTS.map(input))
      const rounds = await Promise.all(
        Array.from({ length: 6 }, () => embed(Array.from({ length: 4 }, () => TEXTS.map(input)).flat())),
      )
      for (const { vectors } of rounds) {
        expect(vectors.length).toBe(TEXTS.length * 4)
        for (const [place, vector] of vectors.entries())
          expect(distance(vector, reference.vectors[place % TEXTS.length])).toBeLessThan(1e-3)
      }
    })

    test(`an input that is longer than the context is refused (${kind})`, async () => {
      const engine = await bench.engine(kind)
      const long = input('hello '.repeat(engine.contextTokens))
      const fault = await faultOf(embed([input('short'), long]))
      expect(fault.code).toBe('context_length_exceeded')
      expect(fault.message).toContain(String(engine.contextTokens))
      expect((await embed([input('short')])).vectors.length).toBe(1)
    })

    test(`an input of nearly the length of the context is not (${kind})`, async () => {
      const engine = await bench.engine(kind)
      const tokens = Array.from({ length: engine.contextTokens - 8 }, (_, index) => 270 + (index % 10))
      expect(lengthOf((await embed([{ type: 'tokens', tokens }])).vectors[0]!)).toBeCloseTo(1, 4)
    })

    test(`an empty input, or one with unknown tokens, is refused (${kind})`, async () => {
      for (const wrong of [
        input(''),
        { type: 'tokens', tokens: [9_999_999] },
        { type: 'tokens', tokens: [] },
      ] as const)
        expect((await faultOf(embed([input('fine'), wrong]))).code).toBe('invalid_request')
    })

    test(`a model that embeds gives no answers (${kind})`, async () => {
      const engine = await bench.engine(kind)
      expect((await faultOf(answerOf(engine, chat('Hello?')))).code).toBe('invalid_request')
    })
  }

  test('a model that answers gives no embeddings', async () => {
    const engine = await bench.engine('known-answer')
    const fault = await faultOf(engine.embed({ model: engine.model, inputs: [input('hello')] }, soon()))
    expect(fault.code).toBe('invalid_request')
  })
}
