/**
 * Tokens a second through Skein (router, chat service, engine) against llama.cpp's own server on the same 0.5B file, in
 * one run, rounds interleaved: decode at 1, 4 and 8 requests at a time, and prefill of 512 tokens.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeTestModel } from '@skein/tests/support/gguf/test-models.ts'
import { startNode } from '@skein/tests/support/running-node.ts'
import { printReport } from './bench-report.ts'
import type { BenchRow } from './bench-report.ts'
import { randomTokens } from './random-tokens.ts'
import { startBaselineServer } from './start-baseline-server.ts'
import { streamCompletion } from './stream-completion.ts'

const MODEL = 'bench'
const SLOTS = 8
const THREADS = '1'
const CONTEXT_TOKENS = 1024
const ROUNDS = 5
const DECODE_TOKENS = 48

interface Server {
  readonly name: string
  readonly url: string
  stop(): Promise<void>
}

/** Runs the whole bench against whichever engines are here. */
export const benchEngineThroughput = async (llamaServerPath: string): Promise<void> => {
  const directory = mkdtempSync(join(tmpdir(), 'skein-bench-'))
  const path = join(directory, `${MODEL}.gguf`)
  await writeTestModel('bench-0.5b', path)
  const servers: Server[] = []
  try {
    const baseline = { contextTokens: CONTEXT_TOKENS, slots: SLOTS, threads: THREADS, directory }
    servers.push(await startBaselineServer(llamaServerPath, path, baseline))
    servers.push(await startSkein(path, 'skein + node-llama-cpp', { CHAT_ENGINE: 'node-llama-cpp' }))
    const driver = { CHAT_ENGINE: 'llama-server', CHAT_LLAMA_SERVER: llamaServerPath }
    servers.push(await startSkein(path, 'skein + llama-server', driver))
    for (const server of servers) await warmUp(server)
    const rows: BenchRow[] = []
    for (const atOnce of [1, 4, 8])
      rows.push(await measure(`decode, ${atOnce} at a time`, servers, atOnce, decode))
    for (const atOnce of [1, 4])
      rows.push(await measure(`prefill 512, ${atOnce} at a time`, servers, atOnce, prefill))
    printReport({
      title: 'Engine throughput',
      unit: 'tokens/s',
      baseline: 'llama-server',
      better: 'more',
      rows,
    })
  } finally {
    for (const server of servers) await server.stop()
    rmSync(directory, { recursive: true })
  }
}

const startSkein = async (model: string, name: string, engine: Record<string, string>): Promise<Server> => {
  const node = await startNode({
    models: {},
    prepare: async (models) => {
      await Bun.write(join(models, `${MODEL}.gguf`), Bun.file(model))
    },
    environment: {
      CHAT_SLOTS: String(SLOTS),
      CHAT_THREADS: THREADS,
      CHAT_CONTEXT_TOKENS: String(CONTEXT_TOKENS),
      CHAT_KEEP_ALIVE_MS: '-1',
      SKEIN_LOG_LEVEL: 'warn',
      ...engine,
    },
  })
  return { name, url: node.url, stop: () => node.stop() }
}

type Measure = (server: Server, atOnce: number) => Promise<number>

const measure = async (
  what: string,
  servers: readonly Server[],
  atOnce: number,
  one: Measure,
): Promise<BenchRow> => {
  const values: Record<string, number[]> = Object.fromEntries(servers.map(({ name }) => [name, []]))
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const server of servers) values[server.name]?.push(await one(server, atOnce))
  }
  return { what, values }
}

const warmUp = async (server: Server): Promise<void> => {
  await streamCompletion(server.url, { model: MODEL, prompt: randomTokens(8), maxTokens: 4 })
}

/** Pieces of text (one a token) in the time in which all answers are being written. */
const decode: Measure = async ({ url }, atOnce) => {
  const runs = await Promise.all(
    Array.from({ length: atOnce }, () =>
      streamCompletion(url, { model: MODEL, prompt: randomTokens(16), maxTokens: DECODE_TOKENS }),
    ),
  )
  const times = runs.map(({ pieceTimes }) => pieceTimes)
  const from = Math.max(...times.map((pieces) => pieces[0] ?? 0))
  const until = Math.min(...times.map((pieces) => pieces.at(-1) ?? 0))
  const pieces = times.flat().filter((time) => time > from && time <= until).length
  return (pieces * 1000) / (until - from)
}

/** Prompt tokens over the time until every first token was there. */
const prefill: Measure = async ({ url }, atOnce) => {
  const startedAt = performance.now()
  const runs = await Promise.all(
    Array.from({ length: atOnce }, () =>
      streamCompletion(url, { model: MODEL, prompt: randomTokens(512), maxTokens: 1 }),
    ),
  )
  const prompts = runs.reduce((sum, { promptTokens }) => sum + promptTokens, 0)
  return (prompts * 1000) / (performance.now() - startedAt)
}
