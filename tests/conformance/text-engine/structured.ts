import { expect, test } from 'bun:test'
import type { OutputFormat, Sampling } from '@shared/inference/generate-request.ts'
import { answerOf, chat, faultOf, text } from './ask-engine.ts'
import type { EngineBench } from './engine-bench.ts'

const SCHEMA: OutputFormat = {
  type: 'json-schema',
  schema: {
    type: 'object',
    properties: { sunny: { type: 'boolean' }, degrees: { enum: [1, 2, 3] }, sky: { enum: ['blue', 'grey'] } },
    required: ['sunny', 'degrees', 'sky'],
    additionalProperties: false,
  },
}

export const describeStructured = (bench: EngineBench): void => {
  const write = async (output: OutputFormat, sampling: Sampling, kind: 'random' | 'random-bpe' = 'random') =>
    answerOf(await bench.engine(kind), chat('How is the weather?'), { output, sampling, maxTokens: 200 })

  for (const kind of ['random', 'random-bpe'] as const) {
    test(`random weights write what a schema asks for (${kind})`, async () => {
      for (const sampling of [
        { temperature: 0 },
        { temperature: 1, seed: 1 },
        { temperature: 2, topK: 0, seed: 2 },
      ]) {
        const { finish, text: answer } = await write(SCHEMA, sampling, kind)
        expect(finish.reason).toBe('stop')
        const value: unknown = JSON.parse(answer)
        expect(value).toEqual({
          sunny: expect.any(Boolean),
          degrees: expect.any(Number),
          sky: expect.stringMatching(/^(blue|grey)$/),
        })
      }
    })
  }

  test('random weights write an object where any object is asked for', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, seed) => write({ type: 'json' }, { temperature: 1.5, seed })),
    )
    for (const { finish, text: answer } of answers) {
      expect(answer.trimStart()).toStartWith('{')
      if (finish.reason === 'stop') expect(JSON.parse(answer)).toBeObject()
    }
  })

  test('an answer is of the grammar that was asked for', async () => {
    const { finish, text: answer } = await write(
      { type: 'grammar', grammar: 'root ::= "yes" | "no"' },
      { temperature: 1 },
    )
    expect(['yes', 'no']).toContain(answer)
    expect(finish.reason).toBe('stop')
  })

  test('a plain text is continued in the form that was asked for', async () => {
    const engine = await bench.engine('random')
    const { text: answer } = await answerOf(engine, text('Is it?'), {
      output: { type: 'grammar', grammar: 'root ::= " yes"' },
    })
    expect(answer).toBe(' yes')
  })

  test('a grammar that is none is refused by name', async () => {
    const fault = await faultOf(write({ type: 'grammar', grammar: 'root ::= (' }, { temperature: 0 }))
    expect(fault).toMatchObject({ code: 'invalid_request', param: 'grammar' })
  })
}
