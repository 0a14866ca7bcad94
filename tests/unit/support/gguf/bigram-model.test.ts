import { describe, expect, test } from 'bun:test'
import { bigramModel } from '../../../support/gguf/bigram-model.ts'
import type { GgufPlan } from '../../../support/gguf/gguf-layout.ts'
import { ENDLESS_PIECES, endlessModel } from '../../../support/gguf/endless-model.ts'
import { KNOWN_ANSWER, knownAnswerModel } from '../../../support/gguf/known-answer-model.ts'

const SCRIPT = { name: 'n', description: 'd', contextLength: 64 } as const
const END_OF_TURN = '<|im_end|>'

/** The words of the model, by following its output matrix from the newline of the generation prompt. */
function spoken(plan: GgufPlan, limit: number): string[] {
  const tokens = plan.metadata.find(([key]) => key === 'tokenizer.ggml.tokens')![1]
  if (tokens.kind !== 'strings') throw new Error('The tokens are no list of strings')
  const width = plan.tensors.find(({ name }) => name === 'output.weight')!.shape[0]!
  const output = halves(plan, 'output.weight')
  const words: string[] = []
  let current = tokens.values.indexOf('<0x0A>')
  while (words.length < limit && words.at(-1) !== END_OF_TURN) {
    const logits = tokens.values.map((_token, id) => output[id * width + current]!)
    const best = Math.max(...logits)
    // Exactly one token may follow.
    expect(logits.filter((logit) => logit !== 0)).toEqual([best])
    current = logits.indexOf(best)
    words.push(tokens.values[current]!.replaceAll('\u2581', ' '))
  }
  return words
}

function halves(plan: GgufPlan, name: string): Float16Array {
  const chunks = [...plan.tensors.find((tensor) => tensor.name === name)!.chunks()]
  return new Float16Array(new Uint8Array(Buffer.concat(chunks)).buffer)
}

describe('bigramModel', () => {
  test('the known-answer model says its answer once and ends its turn', () => {
    expect(spoken(knownAnswerModel(), 40).join('')).toBe(KNOWN_ANSWER + END_OF_TURN)
  })

  test('the endless model counts to ten again and again', () => {
    const words = spoken(endlessModel(), 35)
    expect(words).toHaveLength(35)
    expect(words.slice(0, 11)).toEqual([...ENDLESS_PIECES])
    expect(words.slice(11, 21)).toEqual(ENDLESS_PIECES.slice(1))
    expect(words).not.toContain(END_OF_TURN)
  })

  test('a wrong token of the known answer is less likely than one in a million at temperature 2', () => {
    const plan = knownAnswerModel()
    const [width, vocabularySize] = plan.tensors.find(({ name }) => name === 'output.weight')!.shape
    const weight = Math.max(...halves(plan, 'output.weight'))
    const margin = weight / Math.sqrt(1 / width! + 1e-5)
    const wrongToken = vocabularySize! * Math.exp(-margin / 2)
    expect(KNOWN_ANSWER.split(' ').length * wrongToken).toBeLessThan(1e-6)
    // Low enough for the strongest logit bias of the OpenAI wire to ban it.
    expect(margin).toBeLessThan(100)
  })

  test('attention and feed-forward are zero, so nothing but the last token counts', () => {
    const mixing = knownAnswerModel().tensors.filter(({ name }) =>
      /attn_[qkvo]|ffn_(gate|up|down)/.test(name),
    )
    expect(mixing).toHaveLength(7)
    for (const tensor of mixing) {
      expect([...tensor.chunks()].every((chunk) => chunk.every((byte) => byte === 0))).toBe(true)
    }
  })

  test('refuses a piece that occurs twice', () => {
    expect(() => bigramModel({ ...SCRIPT, pieces: ['a', ' b', 'a'] })).toThrow('each of them once')
  })

  test('refuses to repeat from a piece that it does not have', () => {
    expect(() => bigramModel({ ...SCRIPT, pieces: ['a'], repeatFrom: ' zebra' })).toThrow(' zebra')
  })
})
