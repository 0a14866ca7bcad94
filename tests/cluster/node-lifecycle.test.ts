import { afterEach, describe, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { nodePaths } from '../../scripts/skein/node/node-paths.ts'
import { ssePayloads } from '../support/call-app.ts'
import { eventually } from '../support/eventually.ts'
import { KNOWN_ANSWER } from '../support/gguf/known-answer-model.ts'
import { runSkein } from './run-skein.ts'
import {
  chat,
  newHome,
  nothingIsLeft,
  openStream,
  recordOf,
  removeHomes,
  stateOf,
  up,
} from './supervised-node.ts'

const LONG = 60_000

afterEach(removeHomes, LONG)

/** What a copied curl line answers; on a machine without curl, what it means. */
const answerTo = async (line: string): Promise<string> => {
  if (Bun.which('curl') !== null) return Bun.spawnSync(['/bin/sh', '-c', `${line} -s`]).stdout.toString()
  const [, url = '', body = ''] = /^curl (\S+) .*-d '(.*)'$/.exec(line) ?? []
  return (await fetch(url, { method: 'POST', body })).text()
}

describe('a new node', () => {
  test(
    'answers the first chat within seconds, offline, with the test model, and says that it is one',
    async () => {
      const home = await newHome()
      const began = performance.now()
      const { exitCode, stdout } = await runSkein(home, 'up', '--detach', '--port', '0')
      expect(exitCode).toBe(0)
      const { url } = recordOf(home)
      expect(stdout).toContain(`Skein is ready: ${url}`)
      expect(stdout).toContain('a test model with one fixed answer')
      expect(stdout).toContain(join(home, 'models'))
      const [, line] = /^\s+(curl .*)$/m.exec(stdout) ?? []
      expect(JSON.parse(await answerTo(line ?? '')).choices[0].message.content).toBe(KNOWN_ANSWER)
      expect(performance.now() - began).toBeLessThan(20_000)
    },
    LONG,
  )

  test(
    'is told from one with a model: nothing is written then',
    async () => {
      const home = await newHome('endless')
      const { url } = await up(home)
      expect(existsSync(join(home, 'models', 'skein-test-model.gguf'))).toBe(false)
      expect((await chat(url, { max_tokens: 5 })).status).toBe(200)
    },
    LONG,
  )

  test(
    'stays without a model when it is told to, and says what to do',
    async () => {
      const home = await newHome()
      const { stdout } = await runSkein(home, 'up', '--detach', '--port', '0', '--no-test-model')
      expect(stdout).toContain('There is no model yet.')
      expect((await chat(recordOf(home).url)).status).toBe(503)
    },
    LONG,
  )
})

describe('one node for one data directory', () => {
  test(
    'a second one is refused with the URL of the first; stop ends that, and then a new one starts',
    async () => {
      const home = await newHome('endless')
      const { url, pid } = await up(home)
      const second = await runSkein(home, 'up')
      expect(second.exitCode).toBe(1)
      expect(second.stderr).toContain(`already running at ${url}`)
      expect(await runSkein(home, 'stop', '--json')).toMatchObject({
        exitCode: 0,
        stdout: `${JSON.stringify({ stopped: true, pid })}\n`,
      })
      await nothingIsLeft(home)
      expect((await runSkein(home, 'stop')).exitCode).toBe(1)
      const next = await up(home)
      expect(next.pid).not.toBe(pid)
    },
    LONG,
  )

  test(
    'a port that another program has is refused, with the way out',
    async () => {
      const other = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response() })
      const run = await runSkein(await newHome(), 'up', '--port', String(other.port))
      expect(run).toMatchObject({ exitCode: 1, stdout: '' })
      expect(run.stderr).toContain(`Port ${other.port}`)
      expect(run.stderr).toContain('--port')
      await other.stop(true)
    },
    LONG,
  )
})

describe('a node that is told to stop', () => {
  test(
    'lets a stream in flight finish, and takes nothing new',
    async () => {
      const home = await newHome('endless')
      const { url, pid } = await up(home)
      const stream = await openStream(url, { max_tokens: 700 })
      process.kill(pid, 'SIGTERM')
      await eventually('nothing new is taken', async () => {
        const response = await chat(url, { model: 'endless', max_tokens: 1 }).catch(() => undefined)
        await response?.text()
        return response === undefined
      })
      const payloads = ssePayloads(await stream.rest())
      expect(payloads.at(-1)).toBe('[DONE]')
      expect(payloads.at(-2).choices[0].finish_reason).toBe('length')
      await nothingIsLeft(home)
      expect(existsSync(nodePaths(home).record)).toBe(false)
    },
    LONG,
  )

  test(
    'ends at once when it is told twice',
    async () => {
      const home = await newHome('endless')
      const { url, pid } = await up(home)
      const stream = await openStream(url, {})
      process.kill(pid, 'SIGTERM')
      await eventually('it drains', () => stateOf(home, 'router') === 'stopping')
      const began = performance.now()
      process.kill(pid, 'SIGTERM')
      const rest = await stream.rest().catch(() => '')
      expect(rest).not.toContain('"finish_reason":"stop"')
      await nothingIsLeft(home)
      expect(performance.now() - began).toBeLessThan(5_000)
    },
    LONG,
  )

  test(
    'ends at once by skein stop --fast',
    async () => {
      const home = await newHome('endless')
      const { url } = await up(home)
      const stream = await openStream(url, {})
      const began = performance.now()
      expect((await runSkein(home, 'stop', '--fast')).exitCode).toBe(0)
      expect(performance.now() - began).toBeLessThan(5_000)
      await stream.rest().catch(() => '')
      await nothingIsLeft(home)
    },
    LONG,
  )
})

describe('a data directory with a long path', () => {
  test(
    'has its sockets in a private place that is short enough',
    async () => {
      const home = join(await newHome(), 'long'.repeat(30))
      const { url, socketDirectory } = await up(home)
      expect(socketDirectory).not.toStartWith(home)
      expect((await chat(url)).status).toBe(200)
      expect((await runSkein(home, 'stop')).exitCode).toBe(0)
      expect(existsSync(socketDirectory)).toBe(false)
    },
    LONG,
  )
})
