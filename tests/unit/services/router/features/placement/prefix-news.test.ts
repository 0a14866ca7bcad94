import { expect, test } from 'bun:test'
import { readFrame, writeFrame } from '@service/router/features/cluster/read-frame.ts'
import { PrefixNews } from '@service/router/features/placement/prefix-news.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import { createManualClock } from '../../../../../support/manual-clock.ts'
import { MODEL, nodeIdOf } from '../../../../../support/placement-simulation/placement-candidate.ts'

const openNews = () => {
  const clock = createManualClock()
  const said: { model: ModelId; hashes: readonly string[] }[] = []
  const news = new PrefixNews({
    selfId: nodeIdOf(0),
    clock,
    say: (model, hashes) => void said.push({ model, hashes }),
  })
  return { clock, said, news }
}

/** As long as chains get, with the largest numbers. */
const chainOf = (number: number) => ({
  hashes: Array.from({ length: 128 }, (_, depth) => Number.MAX_SAFE_INTEGER - number * 128 - depth),
})

test('what a busy moment brings is told in one frame for each model, which every node can read', async () => {
  const { clock, news, said } = openNews()
  for (let number = 0; number < 1000; number += 1) news.add(MODEL, chainOf(number))
  news.add('another' as ModelId, chainOf(0))
  await clock.advance(200)
  expect(said.map(({ model }) => String(model))).toEqual([MODEL, 'another'])
  expect(said.map(({ hashes }) => hashes.length)).toEqual([256, 1])
  for (const { hashes, model } of said) {
    const frame = { type: 'prefixes', model, hashes } as const
    expect(readFrame(writeFrame(frame))).toEqual(frame)
  }
  await clock.advance(1000)
  expect(said).toHaveLength(2)
})

test('what did not fit is told when it comes again', async () => {
  const { clock, news, said } = openNews()
  for (let number = 0; number < 300; number += 1) news.add(MODEL, chainOf(number))
  await clock.advance(200)
  for (const number of [0, 299]) news.add(MODEL, chainOf(number))
  await clock.advance(200)
  expect(said[1]?.hashes).toHaveLength(1)
})

test('a model whose cache is gone has nothing to tell, and then everything again', async () => {
  const { clock, news, said } = openNews()
  news.add(MODEL, chainOf(1))
  news.forget(MODEL)
  await clock.advance(200)
  expect(said).toEqual([])
  news.add(MODEL, chainOf(1))
  await clock.advance(200)
  expect(said).toHaveLength(1)
})

test('nothing is told after the end', async () => {
  const { clock, news, said } = openNews()
  news.add(MODEL, chainOf(1))
  news.stop()
  await clock.advance(1000)
  expect(said).toEqual([])
})
