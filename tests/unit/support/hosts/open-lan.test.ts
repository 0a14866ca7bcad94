import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { eventually } from '../../../support/eventually.ts'
import { ip, namespaceName } from '../../../support/hosts/network-namespaces.ts'
import { LAN_IS_REAL, openLan } from '../../../support/hosts/open-lan.ts'
import type { Lan } from '../../../support/hosts/open-lan.ts'

const LONG = 60_000
const SERVER = `Bun.serve({ hostname: process.argv[1], port: 7000, fetch: (request, server) =>
  new Response(request.method + ' ' + server.requestIP(request).address) })`

let lan: Lan
beforeAll(async () => {
  lan = await openLan({
    hosts: 3,
    networks: [
      [1, 2, 3],
      [2, 3],
    ],
  })
  for (const number of [1, 2, 3]) {
    lan
      .host(number)
      .spawn([process.execPath, '-e', SERVER, LAN_IS_REAL ? '0.0.0.0' : lan.host(number).address])
    await eventually('its server answers', () => canAsk(number, number))
  }
}, LONG)
afterAll(() => lan.close(), LONG)

const canAsk = (from: number, to: number, address = lan.host(to).address): Promise<boolean> =>
  lan
    .host(from)
    .fetch(`http://${address}:7000`, { signal: AbortSignal.timeout(700), headers: { connection: 'close' } })
    .then(
      async (reply) => (await reply.text()).startsWith('GET'),
      () => false,
    )

test('a host asks another, and is known by its own address', async () => {
  const reply = await lan.host(1).fetch(`http://${lan.host(2).address}:7000`, { method: 'POST', body: 'x' })
  expect(await reply.text()).toBe(`POST ${LAN_IS_REAL ? lan.host(1).address : '127.0.0.1'}`)
  await expect(lan.host(1).fetch(`http://${lan.host(2).address}:7001`)).rejects.toThrow('No answer')
})

test('what a host does not answer is an error of that host', () => {
  expect(() => lan.host(9)).toThrow()
})

describe.skipIf(!LAN_IS_REAL)('a LAN of real hosts', () => {
  test('is none of the networks of this machine', () => {
    const own = ip('-o', 'addr') + ip('route')
    for (const number of [1, 2, 3]) expect(own).not.toContain(lan.host(number).address.replace(/\d+$/, ''))
  })

  test('loses a host whose cable is cut, until it is mended', async () => {
    lan.cut(2)
    expect(await canAsk(1, 2)).toBe(false)
    expect(await canAsk(1, 3)).toBe(true)
    lan.mend(2)
    await eventually('it is back', () => canAsk(1, 2))
  }, 20_000)

  test('swallows what one host sends to another', async () => {
    lan.blackhole(1, 2)
    expect(await canAsk(1, 2)).toBe(false)
    expect(await canAsk(2, 3)).toBe(true)
    lan.endBlackhole(1, 2)
    expect(await canAsk(1, 2)).toBe(true)
  })

  test('keeps hosts from each other', async () => {
    lan.isolate()
    expect(await canAsk(1, 3)).toBe(false)
    lan.isolate(false)
    await eventually('they are together again', () => canAsk(1, 3))
  })

  test('has hosts on two networks', async () => {
    expect(lan.host(2).addresses).toHaveLength(2)
    expect(await canAsk(2, 3, lan.host(3).addresses[1])).toBe(true)
    expect(await canAsk(1, 3, lan.host(3).addresses[1])).toBe(false)
  })

  test('gives a host another address', async () => {
    const [before, after] = [lan.host(3).address, lan.freeAddress()]
    lan.changeAddress(3, after)
    expect(lan.host(3).address).toBe(after)
    await eventually('it is found there', () => canAsk(1, 3, after))
    expect(await canAsk(1, 3, before)).toBe(false)
  })

  test('is gone with its programs when it is closed, and leftovers of killed runs with the next one', async () => {
    const gone = Bun.spawnSync(['true']).pid
    const leftover = namespaceName(99, 'x').replace(String(process.pid), String(gone))
    ip('netns', 'add', leftover)
    const other = await openLan({ hosts: 1 })
    expect(ip('netns', 'list')).not.toContain(leftover)
    const sleeper = other.host(1).spawn(['sleep', '1000'])
    const before = ip('netns', 'list').split('\n').length
    await other.close()
    await sleeper.exited
    expect(existsSync(`/proc/${sleeper.processId}`)).toBe(false)
    expect(before - ip('netns', 'list').split('\n').length).toBe(2)
  })
})
