import { afterEach, expect, test } from 'bun:test'
import { availableParallelism, totalmem } from 'node:os'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../support/free-port.ts'
import { jsonOf } from '../support/wire-json.ts'
import { runSkein } from './run-skein.ts'
import { chat, newHome, pidOf, removeHomes, up } from './supervised-node.ts'

const LONG = 60_000

afterEach(removeHomes, LONG)

interface Readiness {
  readonly status: number
  readonly text: string
}

/** Undefined while nobody listens. */
const readinessOf = async (url: string): Promise<Readiness | undefined> => {
  const reply = await fetch(`${url}/readyz`).catch(() => undefined)
  return reply === undefined ? undefined : { status: reply.status, text: await reply.text() }
}

/** Asks until the node is ready; every answer on the way there. */
const answersUntilReady = async (url: string): Promise<readonly Readiness[]> => {
  const answers: Readiness[] = []
  await eventually(
    'the node is ready',
    async () => {
      const answer = await readinessOf(url)
      if (answer !== undefined) answers.push(answer)
      return answer?.status === 200
    },
    30_000,
  )
  return answers
}

const expectWaiting = (answers: readonly Readiness[]): void => {
  const early = answers.slice(0, -1)
  expect(early.length).toBeGreaterThan(0)
  for (const { status, text } of early) {
    expect(status).toBe(503)
    expect(JSON.parse(text)).toEqual({ status: 'starting', reason: expect.stringMatching(/^waiting for \w/) })
  }
  expect(answers.at(-1)).toEqual({ status: 200, text: '' })
}

test(
  'a node that starts says what it waits for until it is ready, and then answers at once',
  async () => {
    const home = await newHome('endless')
    const port = freePort()
    const url = `http://127.0.0.1:${port}`
    const started = runSkein(home, 'up', '--detach', '--port', String(port))
    expectWaiting(await answersUntilReady(url))
    expect((await chat(url, { model: 'endless', max_tokens: 1 })).status).toBe(200)
    expect((await started).exitCode).toBe(0)
  },
  LONG,
)

test(
  'a service that dies makes the node not ready until it is back',
  async () => {
    const home = await newHome('endless')
    const { url } = await up(home)
    await answersUntilReady(url)
    process.kill(pidOf(home, 'chat'), 'SIGKILL')
    await eventually('it is noticed, at the latest by who needs it', async () => {
      await (await chat(url, { model: 'endless', max_tokens: 1 })).text()
      return (await readinessOf(url))?.status === 503
    })
    const answers = await answersUntilReady(url)
    for (const { text } of answers.slice(0, -1)) expect(text).toContain('waiting for chat')
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
  },
  LONG,
)

test(
  'the resources of a node are those of its machine, its processes and its models',
  async () => {
    const home = await newHome('endless')
    const { url } = await up(home)
    expect((await chat(url, { model: 'endless', max_tokens: 1 })).status).toBe(200)
    await eventually('the ledger has measured the model', async () => {
      const { models } = await jsonOf(fetch(`${url}/system/resources`))
      return models[0]?.memoryBytes > 0 && models[0]?.state === 'ready'
    })
    const { cpu, memory, models, services } = await jsonOf(fetch(`${url}/system/resources`))
    expect(models).toEqual([
      { id: 'endless', state: 'ready', engine: 'node-llama-cpp', memoryBytes: expect.any(Number) },
    ])
    expect(services.map(({ name }: { name: string }) => name)).toEqual(['router', 'chat', 'model-store'])
    for (const { memoryBytes, state } of services) {
      expect(state).toBe('up')
      expect(memoryBytes).toBeGreaterThan(10_000_000)
      expect(memoryBytes).toBeLessThan(memory.usedBytes + memory.availableBytes)
    }
    expect(cpu.cores).toBeLessThanOrEqual(availableParallelism())
    expect(cpu.percent).toBeLessThanOrEqual(100)
    expect(memory.totalBytes).toBeLessThanOrEqual(totalmem())
    expect(memory.usedBytes).toBeGreaterThan(services[0].memoryBytes)
    expect(await jsonOf(fetch(`${url}/system`))).toEqual({
      backends: ['node-llama-cpp'],
      loaded_models: [{ id: 'endless', backend: 'node-llama-cpp' }],
    })
  },
  LONG,
)

test(
  'every chapter of the instructions of a real node can be read both ways',
  async () => {
    const { url } = await up(await newHome('endless'))
    const { instructions } = await jsonOf(fetch(`${url}/api/instructions`))
    const names = instructions.map(({ name }: { name: string }) => name)
    expect(names).toEqual(expect.arrayContaining(['chat-inference', 'model-management', 'monitoring']))
    for (const name of names) {
      const page = await (await fetch(`${url}/api/instructions/${name}`)).text()
      expect(page).toStartWith(`# ${name}\n`)
      const { swagger_fragment } = await jsonOf(fetch(`${url}/api/instructions/${name}?format=json`))
      const text = JSON.stringify(swagger_fragment)
      for (const [, schema] of text.matchAll(/"#\/definitions\/([^"]+)"/g)) {
        expect(swagger_fragment.definitions).toHaveProperty([schema ?? ''])
      }
      expect(text).not.toContain('#/components/')
    }
    const { endpoints } = await jsonOf(fetch(`${url}/.well-known/localai.json`))
    expect(endpoints).toMatchObject({ models: '/v1/models', chat_completions: '/v1/chat/completions' })
  },
  LONG,
)
