import { afterEach, beforeEach, expect, test } from 'bun:test'
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '../../support/eventually.ts'
import { writeTestModel } from '../../support/gguf/test-models.ts'
import { REPOSITORY } from '../../support/source-files.ts'
import type { WireJson } from '../../support/wire-json.ts'

let home = ''
let child: Bun.Subprocess<'ignore', 'pipe', 'pipe'> | undefined
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'skein-store-')))
  mkdirSync(join(home, 'models'))
})
afterEach(async () => {
  child?.kill('SIGKILL')
  await child?.exited
  rmSync(home, { recursive: true, force: true })
})

const socket = (): string => join(home, 'run', 'model-store.sock')

const ask = async (path: string, init: RequestInit = {}): Promise<WireJson> => {
  const response = await fetch(`http://localhost${path}`, { ...init, unix: socket() })
  return response.status === 204 ? undefined : response.json()
}

const start = async (environment: Record<string, string> = {}): Promise<void> => {
  child = Bun.spawn([process.execPath, join(REPOSITORY, 'services/model-store/main.ts')], {
    env: { PATH: Bun.env['PATH'], HOME: home, SKEIN_HOME: home, ...environment },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  await eventually('it answers', () =>
    ask('/_skein/health').then(
      ({ processId }) => processId === child?.pid,
      () => false,
    ),
  )
}

test('a kill loses nothing: ids, digests, revision and granted memory are there again', async () => {
  await writeTestModel('random', join(home, 'models', 'tiny.gguf'))
  await start({ MODEL_STORE_MEMORY_BYTES: '1000' })
  await eventually('the file is hashed', async () => (await ask('/_skein/models/tiny')).digest !== undefined)
  const before = await ask('/_skein/models')
  const lease = {
    service: 'chat',
    instance: 'one',
    address: 'unix:/x',
    model: 'tiny',
    engine: 'e',
    bytes: 900,
  }
  const body = JSON.stringify({ ...lease, waitMs: 1000 })
  const init = { method: 'POST', body, headers: { 'content-type': 'application/json' } }
  const { leaseId } = await ask('/_skein/leases', init)
  expect(leaseId).toBeString()
  expect(statSync(socket()).mode & 0o777).toBe(0o600)

  child?.kill('SIGKILL')
  await child?.exited
  await start({ MODEL_STORE_MEMORY_BYTES: '1000' })
  expect(await ask('/_skein/models')).toEqual(before)
  const refused = await ask('/_skein/leases', { ...init, body: JSON.stringify({ ...lease, waitMs: 10 }) })
  expect(refused.fault).toMatchObject({ code: 'overloaded', details: { heldBytes: 900 } })
}, 30_000)

test('a stop ends it within two seconds, whoever waits for it, and takes its socket away', async () => {
  await start({ MODEL_STORE_MEMORY_BYTES: '1000' })
  const stopped = child!
  const poll = ask(`/_skein/models?after=0`)
  const lease = { service: 'chat', instance: 'one', address: 'unix:/x', model: 'm', engine: 'e', bytes: 900 }
  const acquire = () =>
    ask('/_skein/leases', {
      method: 'POST',
      body: JSON.stringify({ ...lease, waitMs: 60_000 }),
      headers: { 'content-type': 'application/json' },
    })
  await acquire()
  const waiting = acquire()
  await eventually('the second one waits', async () => {
    const figures = await fetch('http://localhost/_skein/metrics', { unix: socket() })
    return (await figures.text()).includes('skein_model_store_leases_waiting 1')
  })
  const askedAt = performance.now()
  stopped.kill('SIGTERM')
  expect((await poll).revision).toBe(0)
  expect((await waiting).fault.code).toBe('unavailable')
  expect(await stopped.exited).toBe(0)
  expect(performance.now() - askedAt).toBeLessThan(2000)
  expect(existsSync(socket())).toBe(false)
  expect(await new Response(stopped.stderr).text()).toBe('')
}, 30_000)

test('a wrong variable is named, and it does not start', async () => {
  child = Bun.spawn([process.execPath, join(REPOSITORY, 'services/model-store/main.ts')], {
    env: { PATH: Bun.env['PATH'], HOME: home, SKEIN_HOME: home, MODEL_STORE_SCAN_EVERY_MS: 'often' },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  expect(await child.exited).not.toBe(0)
  expect(await new Response(child.stderr).text()).toContain('MODEL_STORE_SCAN_EVERY_MS')
}, 30_000)

test('a file that is put there while it runs is seen', async () => {
  await start({ MODEL_STORE_SCAN_EVERY_MS: '1000' })
  const { revision } = await ask('/_skein/models')
  const waiting = ask(`/_skein/models?after=${revision}`)
  writeFileSync(join(home, 'models', 'broken.gguf'), 'not a model')
  const { models } = await waiting
  expect(models[0]).toMatchObject({ id: 'broken', defect: expect.any(String) })
}, 30_000)
