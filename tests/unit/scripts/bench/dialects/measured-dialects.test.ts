import { expect, test } from 'bun:test'
import { collectGeneration } from '@shared/inference/collect-generation.ts'
import { measuredDialects } from '../../../../../scripts/bench/dialects/measured-dialects.ts'
import { choiceEvents, scriptedEvents } from '../../../../../scripts/bench/dialects/scripted-answer.ts'

const TOKENS = 40
const EVENTS = scriptedEvents(TOKENS)
const texts = EVENTS.flatMap((event) => (event.type === 'text-delta' ? [event.text] : []))

const generation = await collectGeneration(
  (async function* () {
    yield* EVENTS
  })(),
)

test('the scripted answer has one event for each token, and says how many', () => {
  expect(texts).toHaveLength(TOKENS)
  expect(generation).toMatchObject({ text: texts.join(''), usage: { completionTokens: TOKENS } })
})

for (const dialect of measuredDialects()) {
  test(`what is measured is the whole work: ${dialect.name}`, async () => {
    const frames = await Array.fromAsync(dialect.frames(choiceEvents(EVENTS)))
    const written = frames.join('')
    let position = 0
    for (const text of texts) {
      const found = written.indexOf(JSON.stringify(text), position)
      expect(found).toBeGreaterThan(-1)
      position = found + 1
    }
    expect(frames.length).toBeGreaterThan(TOKENS)
    expect(dialect.encode(generation)).toContain(JSON.stringify(generation.text))
    expect(() => dialect.decode(JSON.parse(dialect.bodyJson))).not.toThrow()
    expect(dialect.bodyJson.match(/what a node of this network does/g)?.length).toBeGreaterThan(40)
  })
}

test('each dialect is measured once', () => {
  const names = measuredDialects().map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  expect(names).toContain('OpenAI responses')
})
