import { afterAll, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startLlamaServer } from '@service/chat/engines/llama-server/llama-server-process.ts'
import type { LlamaServerProcess } from '@service/chat/engines/llama-server/llama-server-process.ts'
import { createLog } from '@shared/log/create-log.ts'
import { eventually } from '../../../../../support/eventually.ts'
import { writePretendLlamaServer } from './pretend-llama-server.ts'

const directory = mkdtempSync(join(tmpdir(), 'skein-process-'))
const binaryPath = writePretendLlamaServer(directory)
const log = createLog('test', 'silent')
const never = new AbortController().signal

afterAll(() => rmSync(directory, { recursive: true, force: true }))

interface Started {
  readonly server: Promise<LlamaServerProcess>
  /** Known as soon as the arguments were asked for. */
  readonly socketPath: () => string
}

const start = (model: string, signal = never): Started => {
  let socketPath = ''
  const server = startLlamaServer(
    {
      binaryPath,
      argumentsFor(path) {
        socketPath = path
        return ['--model', model, '--host', path, '--kv-unified-per-slot', '100']
      },
      environment: { PATH: process.env['PATH'] },
      modelName: model,
      log,
    },
    signal,
  )
  return { server, socketPath: () => socketPath }
}

const isRunning = (processId: number): boolean => {
  try {
    process.kill(processId, 0)
    return true
  } catch {
    return false
  }
}

test('a server that is up answers on a socket that only this user reaches, and close leaves nothing', async () => {
  const { server: starting, socketPath } = start('good')
  const server = await starting
  expect(isRunning(server.processId)).toBe(true)
  expect(await server.client.call('/tokenize', {}, never)).toEqual({ tokens: [1] })
  const withoutKey = await fetch('http://localhost/tokenize', { unix: socketPath() })
  expect(withoutKey.status).toBe(401)
  await Promise.all([server.close(), server.close()])
  expect(isRunning(server.processId)).toBe(false)
  expect(existsSync(socketPath())).toBe(false)
  expect(await server.exited).toBe('SIGTERM')
  await server.close()
})

test('a model that it cannot open is told with its own first reason', async () => {
  const { server, socketPath } = start('broken')
  await expect(server).rejects.toMatchObject({
    code: 'model_not_loadable',
    message: "llama-server cannot open broken: unknown model architecture: 'llamX' (exit code 1)",
  })
  expect(existsSync(socketPath())).toBe(false)
})

test('a native abort over a model is told with the assertion', async () => {
  await expect(start('asserts').server).rejects.toMatchObject({
    code: 'model_not_loadable',
    message: 'llama-server cannot open asserts: GGML_ASSERT(n > 0) failed (SIGABRT)',
  })
})

test('a load that is given up ends the server and throws the reason of the signal', async () => {
  const abort = new AbortController()
  const { server, socketPath } = start('slow', abort.signal)
  await eventually('the server listens', () => existsSync(socketPath()), 5000)
  abort.abort(new Error('no longer wanted'))
  await expect(server).rejects.toThrow('no longer wanted')
  expect(existsSync(socketPath())).toBe(false)
  await expect(start('good', AbortSignal.abort(new Error('too late'))).server).rejects.toThrow('too late')
})

test('its log can be listened to for a while', async () => {
  const server = await start('good').server
  const lines: string[] = []
  const unwatch = server.watchLines((line) => lines.push(line))
  await server.client.call('/log', { line: 'first' }, never)
  await eventually('the line is heard', () => lines.includes('first'), 2000)
  unwatch()
  await server.client.call('/log', { line: 'second' }, never)
  await server.close()
  expect(lines).toEqual(['first'])
})

test('a server that is killed says so, and its folder goes', async () => {
  const { server: starting, socketPath } = start('good')
  const server = await starting
  process.kill(server.processId, 'SIGKILL')
  expect(await server.exited).toBe('SIGKILL')
  expect(existsSync(socketPath())).toBe(false)
})

test('a program that is not there cannot open a model', async () => {
  const missing = startLlamaServer(
    {
      binaryPath: join(directory, 'none'),
      argumentsFor: () => [],
      environment: {},
      modelName: 'good',
      log,
    },
    never,
  )
  await expect(missing).rejects.toMatchObject({ code: 'model_not_loadable' })
})

/** Starts a server as a service does, tells its process id and waits to be killed. */
const PARENT = `
  import { startLlamaServer } from '@service/chat/engines/llama-server/llama-server-process.ts'
  import { createLog } from '@shared/log/create-log.ts'
  const [binaryPath] = process.argv.slice(1)
  const server = await startLlamaServer({
    binaryPath,
    argumentsFor: (path) => ['--model', 'good', '--host', path],
    environment: {},
    modelName: 'good',
    log: createLog('test', 'silent'),
  }, new AbortController().signal)
  console.log(server.processId)
  setInterval(() => undefined, 1000)
`

test('a server does not outlive the service that was killed', async () => {
  const ownDirectory = mkdtempSync(join(directory, 'tmp-'))
  const parent = Bun.spawn([process.execPath, '-e', PARENT, binaryPath], {
    cwd: import.meta.dir,
    env: { ...process.env, TMPDIR: ownDirectory },
    stdout: 'pipe',
  })
  const reader = parent.stdout.getReader()
  const processId = Number(new TextDecoder().decode((await reader.read()).value))
  expect(isRunning(processId)).toBe(true)
  expect(readdirSync(ownDirectory)).toHaveLength(1)
  parent.kill('SIGKILL')
  await parent.exited
  await eventually('the server is gone', () => !isServing(processId), 1000)
  await reader.cancel()
})

/** Who has no parent to reap it stays listed as a zombie where nothing plays init. */
const isServing = (processId: number): boolean => {
  const state = Bun.spawnSync(['ps', '-o', 'stat=', '-p', String(processId)])
    .stdout.toString()
    .trim()
  return state !== '' && !state.startsWith('Z')
}
