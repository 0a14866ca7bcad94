/**
 * What a dialect costs beside the engine: the frames of each token of a stream, an answer that is not streamed, and reading
 * a request, against the least that any wire could do, in one run, rounds interleaved.
 */
import { collectGeneration } from '@shared/inference/collect-generation.ts'
import type { Generation } from '@shared/inference/generation.ts'
import type { GenerationEvent } from '@shared/inference/generation-event.ts'
import { printReport } from '../bench-report.ts'
import type { BenchRow } from '../bench-report.ts'
import { median } from '../median.ts'
import { measuredDialects } from './measured-dialects.ts'
import type { MeasuredDialect } from './measured-dialects.ts'
import { choiceEvents, scriptedEvents } from './scripted-answer.ts'

const ANSWERS = 200
const TOKENS = 1000
const ROUNDS = 7
const REQUESTS = 2000
/** 32 streams at 100 tokens a second each: more than engines give here, so a share of a busy node's time. */
const TOKENS_PER_SECOND = 3200
const LARGEST_SHARE_PERCENT = 3

const BASELINE = 'bare'
const DIALECT = 'dialect'

/** Work to measure. @returns something that depends on all of it, so that nothing is left out */
type Work = () => number | Promise<number>

interface Measured {
  readonly what: string
  readonly works: Readonly<Record<string, Work>>
}

export const benchDialectCost = async (): Promise<void> => {
  const events = scriptedEvents(TOKENS)
  const generation = await collectGeneration(only(events))
  const dialects = measuredDialects()
  const streams = await measure(
    dialects.map((dialect) => streamOf(dialect, events)),
    ANSWERS * TOKENS,
  )
  const title = `A streamed answer of ${TOKENS} tokens, ${ANSWERS} times`
  printReport({ title, unit: 'µs a token', baseline: BASELINE, better: 'less', rows: streams })
  printShares(streams)
  printReport({
    title: 'A whole answer',
    unit: 'µs a token',
    baseline: BASELINE,
    better: 'less',
    rows: await measure(
      dialects.map((dialect) => wholeOf(dialect, generation)),
      ANSWERS * TOKENS,
    ),
  })
  printReport({
    title: 'Reading a request of 21 turns',
    unit: 'µs a request',
    baseline: BASELINE,
    better: 'less',
    rows: await measure(dialects.map(requestOf), REQUESTS),
  })
}

/** Bare is: iterate the events, and write each text as JSON. */
const streamOf = (dialect: MeasuredDialect, events: readonly GenerationEvent[]): Measured => ({
  what: dialect.name,
  works: {
    [BASELINE]: () => repeatedly(ANSWERS, () => lengthOf(bareTexts(events))),
    [DIALECT]: () => repeatedly(ANSWERS, () => lengthOf(dialect.frames(choiceEvents(events)))),
  },
})

/** Bare is: write the text as JSON. */
const wholeOf = (dialect: MeasuredDialect, generation: Generation): Measured => ({
  what: dialect.name,
  works: {
    [BASELINE]: () => repeatedly(ANSWERS, () => JSON.stringify(generation.text).length),
    [DIALECT]: () => repeatedly(ANSWERS, () => dialect.encode(generation).length),
  },
})

/** Bare is: parse the JSON, which the dialect's figure has in it as well. */
const requestOf = ({ bodyJson, decode, name }: MeasuredDialect): Measured => ({
  what: name,
  works: {
    [BASELINE]: () => repeatedly(REQUESTS, () => Object.keys(parsed(bodyJson)).length),
    [DIALECT]: () =>
      repeatedly(REQUESTS, () => {
        const body = parsed(bodyJson)
        decode(body)
        return Object.keys(body).length
      }),
  },
})

/** Microseconds for each of so many units, by round. */
const measure = async (measured: readonly Measured[], units: number): Promise<readonly BenchRow[]> => {
  const cells = measured.flatMap(({ what, works }) =>
    Object.entries(works).map(([name, work]) => ({ what, name, work, rounds: new Array<number>() })),
  )
  // The first round warms up.
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const { rounds, work } of cells) {
      const startedAt = performance.now()
      await work()
      if (round > 0) rounds.push(((performance.now() - startedAt) * 1000) / units)
    }
  }
  return measured.map(({ what }) => ({
    what,
    values: Object.fromEntries(
      cells.filter((cell) => cell.what === what).map(({ name, rounds }) => [name, rounds]),
    ),
  }))
}

const printShares = (rows: readonly BenchRow[]): void => {
  console.log(
    `\nShare of one core at ${TOKENS_PER_SECOND} tokens/s (goal: at most ${LARGEST_SHARE_PERCENT} %)`,
  )
  for (const { values, what } of rows) {
    const percent = (median(values[DIALECT] ?? []) * TOKENS_PER_SECOND) / 1e4
    const verdict = percent > LARGEST_SHARE_PERCENT ? '   above the goal' : ''
    console.log(`  ${what.padEnd(28)} ${percent.toFixed(2)} %${verdict}`)
  }
}

const repeatedly = async (times: number, work: Work): Promise<number> => {
  let sum = 0
  for (let time = 0; time < times; time += 1) sum += await work()
  return sum
}

async function* only<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items
}

async function* bareTexts(events: readonly GenerationEvent[]): AsyncGenerator<string> {
  for await (const { event } of choiceEvents(events))
    if (event.type === 'text-delta') yield JSON.stringify(event.text)
}

const lengthOf = async (texts: AsyncIterable<string>): Promise<number> => {
  let length = 0
  for await (const text of texts) length += text.length
  return length
}

// The bodies were made of objects.
const parsed = (json: string): object => JSON.parse(json) as object
