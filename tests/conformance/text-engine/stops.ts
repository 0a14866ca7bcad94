import { expect, test } from 'bun:test'
import { answerOf, chat } from './ask-engine.ts'
import type { EngineBench } from './engine-bench.ts'

export const describeStops = (bench: EngineBench): void => {
  /** The endless model counts: "one two three four five six seven eight nine ten one two …". */
  const count = async (stop: readonly string[], maxTokens = 40) =>
    answerOf(await bench.engine('endless'), chat('Count.'), { stop, maxTokens })

  const smile = async (stop: readonly string[]) =>
    answerOf(await bench.engine('unicode'), chat('Smile.'), { stop })

  test('the answer ends before a stop string, which is no part of it', async () => {
    const { finish, text } = await count([' four'])
    expect(text).toBe('one two three')
    expect(finish).toMatchObject({ reason: 'stop', rawReason: 'stop-string', stopText: ' four' })
    expect(finish.usage.completionTokens).toBe(4)
  })

  test('a stop string may begin and end within tokens', async () => {
    expect((await count(['ee fou'])).text).toBe('one two thr')
    expect((await count(['ne'])).text).toBe('o')
    expect((await count(['seven eight nine t'])).text).toBe('one two three four five six ')
  })

  test('of several the first to come counts', async () => {
    expect((await count(['nine', 'six', 'eight', 'no such word'])).text).toBe('one two three four five ')
  })

  test('the end names the stop string that came, and none when the budget or the model ended the answer', async () => {
    expect((await count(['nine', 'six', 'e sev'])).finish.stopText).toBe('six')
    expect((await count(['no such word'], 3)).finish).not.toHaveProperty('stopText')
    expect((await smile(['no such word'])).finish).not.toHaveProperty('stopText')
  })

  test('text that only looks like the beginning of a stop string is not lost', async () => {
    const { finish, text } = await count(['three five', 'four six', 'ten two'], 10)
    expect(text).toBe('one two three four five six seven eight nine ten')
    expect(finish).toMatchObject({ reason: 'length', rawReason: 'max-tokens' })
  })

  test('text that is kept back goes out when the budget ends the answer', async () => {
    expect((await count([' three four five'], 4)).text).toBe('one two three four')
  })

  test('a stop string of several bytes is found, also where its bytes are single tokens', async () => {
    expect((await smile(['😀'])).text).toBe('Smile ')
    expect((await smile(['ß'])).text).toBe('Smile 😀 and Grü')
    expect((await smile(['e€ d'])).text).toBe('Smile 😀 and Grüß')
  })

  test('the slot is free after a stop string', async () => {
    for (let round = 0; round < 6; round++) expect((await count([' two'])).text).toBe('one')
  })
}
