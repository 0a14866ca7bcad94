import { expect, test } from 'bun:test'
import { nameTooLong } from '@service/chat/features/rerank/name-too-long.ts'
import { Fault } from '@shared/fault/fault.ts'
import { createScriptedDriver } from '../../../../../support/scripted-engine.ts'
import { scriptedCard } from '../../../../../support/scripted-node.ts'

const CONTEXT_TOKENS = 100
const card = scriptedCard('ranker')
const tooLong = new Fault('context_length_exceeded', 'Too long by far.')

/** The scripted engine has one token for each byte. */
const nameIn = async (
  query: string,
  documents: readonly string[],
  method: 'ranking-model' | 'embedding-similarity' = 'ranking-model',
): Promise<unknown> => {
  const options = { contextTokens: CONTEXT_TOKENS, slots: 1, threads: 1 }
  const engine = await createScriptedDriver().load(card, options, new AbortController().signal)
  return nameTooLong(engine, { model: card.id, query, documents }, method, tooLong)
}

test('the document that does not fit beside the query is named', async () => {
  const fault = await nameIn('q'.repeat(50), ['short', 'd'.repeat(46), 'd'.repeat(47), 'd'.repeat(90)])
  expect(fault).toMatchObject({
    code: 'context_length_exceeded',
    param: 'documents[2]',
    message: expect.stringContaining("'documents[2]' is too long together with the query"),
    details: { contextTokens: CONTEXT_TOKENS },
  })
})

test('for embeddings every text stands alone', async () => {
  const texts = ['d'.repeat(60), 'd'.repeat(98), 'd'.repeat(99)]
  expect(await nameIn('q'.repeat(98), texts, 'embedding-similarity')).toMatchObject({
    param: 'documents[2]',
    message: expect.not.stringContaining('together'),
  })
})

test('a query that fills the context is named, however long', async () => {
  for (const length of [97, 1_000_000])
    expect(await nameIn('q'.repeat(length), ['d'])).toMatchObject({ param: 'query' })
})

test('a document of a whole library is not cut into tokens to see that it is too long', async () => {
  const options = { contextTokens: CONTEXT_TOKENS, slots: 1, threads: 1 }
  const engine = await createScriptedDriver().load(card, options, new AbortController().signal)
  const lengths: number[] = []
  const watched = {
    ...engine,
    tokenize: (text: string) => {
      lengths.push(text.length)
      return engine.tokenize(text)
    },
  }
  const request = { model: card.id, query: 'q', documents: ['short', 'd'.repeat(10_000_000)] }
  expect(await nameTooLong(watched, request, 'ranking-model', tooLong)).toMatchObject({
    param: 'documents[1]',
  })
  expect(lengths).toEqual([1])
})

test('when our count and that of the engine differ, all documents are named', async () => {
  expect(await nameIn('q', ['a', 'b'])).toMatchObject({ param: 'documents' })
})

test('other failures stay as they are', async () => {
  const options = { contextTokens: CONTEXT_TOKENS, slots: 1, threads: 1 }
  const engine = await createScriptedDriver().load(card, options, new AbortController().signal)
  const request = { model: card.id, query: 'q', documents: ['d'] }
  for (const error of [new Fault('engine_failed', 'Gone.'), new Error('x'), 'x'])
    expect(await nameTooLong(engine, request, 'ranking-model', error)).toBe(error)
})
