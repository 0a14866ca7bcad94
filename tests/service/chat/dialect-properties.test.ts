import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { callApp } from '../../support/call-app.ts'
import { CHAT_DIALECTS } from '../../support/dialects/chat-dialects.ts'
import type { Call, Conversation, DialectUnderTest, Turn } from '../../support/dialects/conversation.ts'
import { expectedView, promptView } from '../../support/dialects/prompt-view.ts'
import type { Script } from '../../support/scripted-engine.ts'
import { createScriptedNode } from '../../support/scripted-node.ts'

const RUNS = { numRuns: 60, seed: 20_261_121 }

/** Any text that JSON can carry: half surrogate pairs are no characters. */
const text = fc.string({ unit: 'binary', maxLength: 40 }).map((value) => value.toWellFormed())
const someText = text.filter((value) => value.trim() !== '')
/** Strings that no object literal takes for its prototype. */
const key = text.filter((value) => value !== '__proto__')
const name = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9_-]{0,30}$/)
const leaf = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null))
const args = fc.dictionary(
  key,
  fc.oneof(leaf, fc.array(leaf, { maxLength: 3 }), fc.dictionary(key, leaf, { maxKeys: 3 })),
  {
    maxKeys: 4,
    noNullPrototype: true,
  },
)

/** An answer of the model that calls one or two tools, their results, and what the user says then. */
const exchange = (id: number): fc.Arbitrary<readonly Turn[]> =>
  fc
    .record({
      said: text,
      calls: fc.array(fc.record({ name, arguments: args }), { maxLength: 2 }),
      results: fc.array(someText, { minLength: 2, maxLength: 2 }),
      next: someText,
    })
    .map(({ calls, next, results, said }) => {
      const numbered = calls.map((call, index): Call => ({ id: `call_${id}_${index}`, ...call }))
      // A turn in which nothing is said is none.
      const answer: Turn = {
        type: 'assistant',
        text: calls.length === 0 && said.trim() === '' ? 'ok' : said,
        calls: numbered,
      }
      const told = numbered.map((call, index): Turn => ({
        type: 'result',
        id: call.id,
        name: call.name,
        text: results[index] ?? '',
      }))
      return [answer, ...told, { type: 'user', text: next }]
    })

const conversation: fc.Arbitrary<Conversation> = fc
  .record({
    system: fc.option(someText),
    first: someText,
    rest: fc
      .integer({ min: 0, max: 3 })
      .chain((count) => fc.tuple(...Array.from({ length: count }, (_, id) => exchange(id)))),
    tools: fc.uniqueArray(
      fc.record({ name, description: someText, parameters: fc.constant({ type: 'object', properties: {} }) }),
      { selector: (tool) => tool.name, maxLength: 3 },
    ),
  })
  .map(({ first, rest, system, tools }) => ({
    turns: [
      ...(system === null ? [] : [{ type: 'system' as const, text: system }]),
      { type: 'user' as const, text: first },
      ...rest.flat(),
    ],
    tools,
  }))

/** Cuts a text where the numbers say. */
const cut = (whole: string, at: readonly number[]): string[] => {
  const places = at.map((place) => place % (whole.length + 1)).toSorted((left, right) => left - right)
  return [0, ...places]
    .map((from, index) => whole.slice(from, places[index] ?? whole.length))
    .filter((piece) => piece !== '')
}

const cuts = fc.array(fc.nat(), { maxLength: 4 })

const script: fc.Arbitrary<Script> = fc
  .record({
    thought: text,
    said: text,
    calls: fc.array(fc.record({ name, arguments: args }), { maxLength: 3 }),
    at: cuts,
  })
  .map(({ at, calls, said, thought }) => ({
    reasoning: cut(thought, at),
    pieces: cut(said, at),
    toolCalls: calls.map((call, index) => ({
      id: `call_${index}`,
      name: call.name,
      arguments: cut(JSON.stringify(call.arguments), at),
    })),
  }))

const send = async (
  dialect: DialectUnderTest,
  asked: Conversation,
  isStream: boolean,
  answer: Script = {},
) => {
  const { app, driver } = createScriptedNode()
  driver.script = answer
  const response = await callApp(app, dialect.path, { json: dialect.body(asked, isStream) })
  const body = await response.text()
  expect([response.status, response.status === 200 ? '' : body]).toEqual([200, ''])
  return { body, prompt: driver.requests[0]?.prompt }
}

describe.each(CHAT_DIALECTS.map((dialect) => [dialect.name, dialect] as const))('%s', (_, dialect) => {
  test('a conversation loses nothing on its way to the engine', async () => {
    await fc.assert(
      fc.asyncProperty(conversation, async (asked) => {
        const { prompt } = await send(dialect, asked, false)
        expect(promptView(prompt)).toEqual(expectedView(asked))
      }),
      RUNS,
    )
  })

  test('an answer loses nothing on its way to the client, however it is cut', async () => {
    const greeting: Conversation = { turns: [{ type: 'user', text: 'hi' }] }
    await fc.assert(
      fc.asyncProperty(script, fc.boolean(), async (answer, isStream) => {
        const { body } = await send(dialect, greeting, isStream, answer)
        const seen = isStream ? dialect.readStream(body) : dialect.readWhole(JSON.parse(body))
        expect(seen).toMatchObject({
          text: (answer.pieces ?? []).join(''),
          reasoning: (answer.reasoning ?? []).join(''),
          calls: (answer.toolCalls ?? []).map((call) => ({
            name: call.name,
            arguments: JSON.parse(call.arguments.join('')),
          })),
          ending: answer.toolCalls?.length === 0 ? 'stop' : 'tool-calls',
        })
      }),
      RUNS,
    )
  })
})
