import { expect, test } from 'bun:test'
import type { EngineWork } from '@service/chat/features/usage/engine-work.ts'
import { WorkMeter } from '@service/chat/features/usage/work-meter.ts'
import { scriptedCard } from '../../../../../support/scripted-node.ts'

const createMeter = (task: EngineWork['task'] = 'generate') => {
  let now = 1000
  const told: unknown[] = []
  const observer = {
    onBegin: () => void told.push('begin'),
    onTokens: (_model: string, count: number, tookMs: number) => void told.push([count, tookMs]),
    onEnd: (work: EngineWork) => void told.push(work),
  }
  const meter = new WorkMeter(
    { observer, elapsedMs: () => now },
    { task, model: scriptedCard('llama').id, visitId: 'v1' },
  )
  return { meter, told, pass: (ms: number) => void (now += ms) }
}

test('an answer is told once, when it is finished, with the engine’s own counts', () => {
  const { meter, told, pass } = createMeter()
  pass(5)
  meter.onOpen()
  meter.onEvent({ type: 'generation-start', promptTokens: 9, cachedTokens: 4 })
  pass(10)
  meter.onEvent({ type: 'reasoning-delta', text: 'Hm', tokens: 1 })
  pass(30)
  meter.onEvent({ type: 'text-delta', text: 'a b c', tokens: 3 })
  meter.onEvent({
    type: 'generation-finish',
    reason: 'stop',
    rawReason: 'eos',
    usage: { promptTokens: 9, cachedTokens: 4, completionTokens: 5, reasoningTokens: 1 },
    timings: { prefillMs: 10, decodeMs: 31 },
  })
  meter.end()
  expect(told).toEqual([
    'begin',
    [3, 30],
    {
      task: 'generate',
      model: scriptedCard('llama').id,
      visitId: 'v1',
      promptTokens: 9,
      cachedTokens: 4,
      completionTokens: 5,
      reasoningTokens: 1,
      loadMs: 5,
      firstTokenMs: 15,
      decodeMs: 31,
      totalMs: 45,
      isFinished: true,
    },
  ])
})

test('an answer that was broken off is told with what it had taken', () => {
  const { meter, told, pass } = createMeter()
  meter.onOpen()
  meter.onEvent({ type: 'generation-start', promptTokens: 9, cachedTokens: 0 })
  meter.onEvent({ type: 'text-delta', text: 'a', tokens: 1 })
  pass(20)
  meter.onEvent({ type: 'tool-call-start', index: 0, id: 'c', name: 'f', tokens: 2 })
  meter.end()
  expect(told.at(-1)).toMatchObject({
    promptTokens: 9,
    completionTokens: 3,
    reasoningTokens: 0,
    firstTokenMs: 0,
    decodeMs: 20,
    isFinished: false,
  })
})

test('what never got an engine has taken nothing but time', () => {
  const { meter, told, pass } = createMeter('rerank')
  pass(7)
  meter.end()
  expect(told.at(-1)).toMatchObject({
    task: 'rerank',
    promptTokens: 0,
    completionTokens: 0,
    firstTokenMs: null,
    decodeMs: 0,
    loadMs: 7,
    totalMs: 7,
    isFinished: false,
  })
})

test('an embedding is what was read', () => {
  const { meter, told } = createMeter('embed')
  meter.onOpen()
  meter.onRead(12)
  meter.end()
  expect(told).toHaveLength(2)
  expect(told.at(-1)).toMatchObject({ promptTokens: 12, completionTokens: 0, isFinished: true })
})
