import { describe, expect, test } from 'bun:test'
import type { TextEngine } from '@shared/inference/text-engine.ts'
import { createScriptedDriver } from '../support/scripted-engine.ts'
import type { Script } from '../support/scripted-engine.ts'
import { scriptedCard } from '../support/scripted-node.ts'
import { answerOf, chat, faultOf, soon } from './text-engine/ask-engine.ts'
import { LOAD_OPTIONS } from './text-engine/engine-bench.ts'
import { describeTextEngine } from './text-engine.conformance.ts'

const driver = createScriptedDriver()

describeTextEngine('scripted', () => driver, {
  hasOwnProcess: false,
  readsModelFiles: false,
  samples: false,
  takesTime: false,
  crash: ({ model }) => driver.crash(model),
})

/** What no test model does, but a script can ask for: told by the same engine, by the same rules. */
describe('scripted, with a script of a test', () => {
  const engineOf = (script: Script): Promise<TextEngine> =>
    createScriptedDriver(script).load(scriptedCard('tiny'), { ...LOAD_OPTIONS, slots: 1 }, soon())

  test('reasoning comes first, then text, then whole calls, and the tokens add up', async () => {
    const engine = await engineOf({
      reasoning: ['Hm', '.'],
      pieces: ['Well', ','],
      toolCalls: [
        { id: 'a', name: 'clock', arguments: ['{}'] },
        { id: 'b', name: 'clock', arguments: ['{', '}'] },
      ],
    })
    const { events, finish } = await answerOf(engine, chat('Now?'))
    expect(events.map((event) => ('index' in event ? `${event.type} ${event.index}` : event.type))).toEqual([
      'generation-start',
      'reasoning-delta',
      'reasoning-delta',
      'text-delta',
      'text-delta',
      'tool-call-start 0',
      'tool-call-delta 0',
      'tool-call-end 0',
      'tool-call-start 1',
      'tool-call-delta 1',
      'tool-call-delta 1',
      'tool-call-end 1',
      'generation-finish',
    ])
    const tokens = events.reduce((sum, event) => sum + ('tokens' in event ? event.tokens : 0), 0)
    expect(finish).toMatchObject({
      reason: 'tool-calls',
      usage: { completionTokens: tokens, reasoningTokens: 2 },
    })
  })

  test('a call that the budget cuts off does not end', async () => {
    const engine = await engineOf({ toolCalls: [{ id: 'a', name: 'clock', arguments: ['{', '}'] }] })
    const { events, finish } = await answerOf(engine, chat('Now?'), { maxTokens: 2 })
    expect(events.at(-2)).toEqual({ type: 'tool-call-delta', index: 0, text: '{', tokens: 1 })
    expect(finish).toMatchObject({ reason: 'length', usage: { completionTokens: 2 } })
  })

  test('a stop string of the request ends the text of a script too', async () => {
    const engine = await engineOf({ reasoning: ['an end'], pieces: ['no e', 'n', 'd in sight'] })
    const { finish, text } = await answerOf(engine, chat('Now?'), { stop: ['end'] })
    expect(text).toBe('no ')
    expect(finish).toMatchObject({ reason: 'stop', stopText: 'end', usage: { completionTokens: 4 } })
  })

  test('who waits at a gate has the slot, and is let go by the end of the engine', async () => {
    const arrived = Promise.withResolvers<void>()
    let atGate = 0
    const gated = createScriptedDriver({
      gate() {
        atGate += 1
        arrived.resolve()
        return new Promise(() => undefined)
      },
    })
    const engine = await gated.load(scriptedCard('tiny'), { ...LOAD_OPTIONS, slots: 1 }, soon())
    const answers = [1, 2].map(() => faultOf(answerOf(engine, chat('Now?'))))
    await arrived.promise
    gated.crash('tiny')
    for (const { code, message } of await Promise.all(answers)) {
      expect(code).toBe('engine_failed')
      expect(message).toContain('SIGSEGV')
    }
    expect(atGate).toBe(1)
  })
})
