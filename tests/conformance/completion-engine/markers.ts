import { expect, test } from 'bun:test'
import { SpmVocabulary } from '../../support/gguf/spm-vocabulary.ts'
import { text } from '../text-engine/ask-engine.ts'
import { complete } from './complete.ts'
import type { CompletionBench } from './complete.ts'

const START = '<|im_start|>'
/** So that the control token itself comes, not its letters. */
const ONLY_MARKER = new Map([[new SpmVocabulary([]).idOf(START), 100]])

export const describeMarkers = (bench: CompletionBench): void => {
  /** An answer in which a control token comes, because nothing else can. */
  const withMarkers = async (visibleMarkers: readonly string[]): Promise<string> => {
    const engine = await bench.engine('random')
    const { text: answer } = await complete(engine, text('Once upon'), {
      grammar: { gbnf: `root ::= "a " ${JSON.stringify(START)} "b" ${JSON.stringify(START)}` },
      sampling: { temperature: 0, logitBias: ONLY_MARKER },
      visibleMarkers,
    })
    return answer
  }

  test('control tokens are hidden', async () => {
    expect(await withMarkers([])).toBe('a b')
    expect(await withMarkers(['<|im_end|>', 'no token of this model'])).toBe('a b')
  })

  test('control tokens that are asked for are part of the text', async () => {
    expect(await withMarkers([START])).toBe(`a ${START}b${START}`)
  })

  test('a lazy grammar can begin with a control token', async () => {
    const engine = await bench.engine('random')
    const { text: answer } = await complete(engine, text('Once upon'), {
      grammar: {
        gbnf: `root ::= ${JSON.stringify(START)} [0-9]{3}`,
        triggers: [{ type: 'text', text: START }],
      },
      sampling: { temperature: 0, logitBias: ONLY_MARKER },
      visibleMarkers: [START],
    })
    expect(answer).toMatch(/^<\|im_start\|>\d{3}$/)
  })
}
