import { afterEach, describe, expect, test } from 'bun:test'
import { findMarkedProcesses } from '../../scripts/test-run/find-marked-processes.ts'
import { eventually } from '../support/eventually.ts'
import { runSkein } from './run-skein.ts'
import {
  chat,
  newHome,
  nothingIsLeft,
  openStream,
  pidOf,
  recordOf,
  removeHomes,
  stateOf,
  up,
} from './supervised-node.ts'

const LONG = 60_000

afterEach(removeHomes, LONG)

describe('a service that is killed', () => {
  test(
    'is back within seconds; the door says 503 with Retry-After meanwhile, and never anything else',
    async () => {
      const home = await newHome('endless')
      const { url } = await up(home)
      const before = pidOf(home, 'chat')
      process.kill(before, 'SIGKILL')
      const statuses = new Set<number>()
      let refusals = 0
      await eventually('chat answers again', async () => {
        const response = await chat(url, { model: 'endless', max_tokens: 3 })
        statuses.add(response.status)
        if (response.status === 503) {
          refusals += 1
          expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
        }
        await response.text()
        return response.status === 200 && stateOf(home, 'chat') === 'ready' && pidOf(home, 'chat') !== before
      })
      expect(refusals).toBeGreaterThan(0)
      expect([...statuses].toSorted()).toEqual([200, 503])
      const record = recordOf(home).services.find(({ name }) => name === 'chat')
      expect(record).toMatchObject({ restarts: 1, lastFailure: 'was ended by SIGKILL' })
    },
    LONG,
  )

  test(
    'is back on the same port when it is the door',
    async () => {
      const home = await newHome('endless')
      const { url } = await up(home)
      process.kill(pidOf(home, 'router'), 'SIGKILL')
      await eventually('the door is open again', async () => {
        const response = await chat(url, { model: 'endless', max_tokens: 3 }).catch(() => undefined)
        await response?.text()
        return response?.status === 200
      })
    },
    LONG,
  )

  test(
    'takes its engines along',
    async () => {
      const home = await newHome('endless')
      const { url } = await up(home)
      await openStream(url, {})
      const engines = () =>
        findMarkedProcesses(home).filter(({ commandLine }) => commandLine.includes('engine'))
      const before = engines().map(({ processId }) => processId)
      expect(before).not.toBeEmpty()
      process.kill(pidOf(home, 'chat'), 'SIGKILL')
      await eventually('its engines are gone', () =>
        engines().every(({ processId }) => !before.includes(processId)),
      )
    },
    LONG,
  )
})

describe('a supervisor that is killed', () => {
  test(
    'leaves no process, and the next node on its data directory starts',
    async () => {
      const home = await newHome('endless')
      const { url, pid } = await up(home)
      const whole = await chat(url, { model: 'endless', max_tokens: 3 })
      await whole.text()
      expect(findMarkedProcesses(home).length).toBeGreaterThan(4)
      process.kill(pid, 'SIGKILL')
      await nothingIsLeft(home)
      expect((await runSkein(home, 'status')).exitCode).toBe(1)
      const next = await up(home)
      expect((await chat(next.url, { model: 'endless', max_tokens: 3 })).status).toBe(200)
    },
    LONG,
  )
})
