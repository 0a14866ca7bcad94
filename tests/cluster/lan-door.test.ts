import { afterEach, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { nodeIdOfPublicKey } from '@service/router/adapters/cluster/ed25519-node-id.ts'
import { hostNameOf } from '@service/router/adapters/lan/lan-door-records.ts'
import { eventually } from '../support/eventually.ts'
import { LAN_IS_REAL, openLan } from '../support/hosts/open-lan.ts'
import type { Lan } from '../support/hosts/open-lan.ts'
import type { HostProcess } from '../support/hosts/host-programs.ts'

const LONG = 60_000
const NODE = nodeIdOfPublicKey(Buffer.alloc(32, 7))
const INSTANCE = `Skein ${NODE.slice(-4)}`
const HOST = hostNameOf({ nodeId: NODE })

if (!LAN_IS_REAL)
  process.stderr.write('\nSKIPPED: how apps find a node needs network namespaces (Linux, root).\n\n')

let lan: Lan
afterEach(() => lan.close(), LONG)

interface Found {
  readonly name: string
  readonly type: string
  readonly ttl: number
  readonly data: unknown
}
interface Reply {
  readonly from: string
  readonly answers: readonly Found[]
  readonly additionals: readonly Found[]
}

const script = (name: string): string => join(import.meta.dir, '../support/hosts', name)

const linesOf = (process: HostProcess): string[] => {
  const lines: string[] = []
  const collect = async (): Promise<void> => {
    let rest = ''
    for await (const chunk of process.stdout) {
      const parts = (rest + new TextDecoder().decode(chunk)).split('\n')
      rest = parts.pop() ?? ''
      lines.push(...parts)
    }
  }
  void collect()
  return lines
}

const browse = (host: number, way = 'multicast') => {
  const client = lan
    .host(host)
    .spawn([process.execPath, script('browse-lan.ts'), lan.host(host).address, way])
  const lines = linesOf(client)
  const replies = (): readonly Reply[] => lines.map((line) => JSON.parse(line))
  return {
    replies,
    /** Asks until there is an answer that fits. */
    ask: async (question: string, fits: (reply: Reply) => boolean): Promise<Reply> => {
      const before = lines.length
      await eventually(`an answer to ${question}`, () => {
        client.stdin.write(`${question}\n`)
        void client.stdin.flush()
        return replies().slice(before).some(fits)
      })
      return replies().slice(before).find(fits)!
    },
  }
}

const openDoor = async (host: number, ...words: readonly string[]): Promise<HostProcess> => {
  const door = lan.host(host).spawn([process.execPath, script('run-door.ts'), NODE, ...words])
  const lines = linesOf(door)
  await eventually('the door is told of', () => lines.includes('ready'))
  return door
}

const has = (records: readonly Found[], type: string, name: string): Found | undefined =>
  records.find((record) => record.type === type && record.name === name)

describe.skipIf(!LAN_IS_REAL)('an app of the local network', () => {
  test(
    'finds the door of a node by DNS-SD: its service, its port, its address',
    async () => {
      lan = await openLan({ hosts: 2, defaultRoute: false })
      const app = browse(2)
      const door = await openDoor(1)
      const services = await app.ask('PTR _services._dns-sd._udp.local', ({ answers }) =>
        answers.some(({ name }) => name === '_services._dns-sd._udp.local'),
      )
      expect(services.answers.map(({ data }) => data)).toEqual(['_skein._tcp.local', '_http._tcp.local'])
      for (const service of ['_skein._tcp.local', '_HTTP._tcp.local']) {
        const name = `${INSTANCE}.${service.toLowerCase()}`
        const { additionals, answers } = await app.ask(`PTR ${service}`, (reply) =>
          reply.answers.some(({ data, type }) => type === 'PTR' && data === name),
        )
        const all = [...answers, ...additionals]
        expect(has(all, 'SRV', name)?.data).toMatchObject({ port: 8080, target: HOST })
        expect(has(all, 'TXT', name)?.data).toEqual(['path=/', 'version=1.2.3'])
        expect(has(all, 'A', HOST)?.data).toBe(lan.host(1).address)
      }
      const { answers } = await app.ask(`A ${HOST}`, (reply) => has(reply.answers, 'A', HOST) !== undefined)
      expect(answers).toHaveLength(1)
      door.stdin.end()
      expect(await door.exited).toBe(0)
      const isGone = ({ answers }: Reply): boolean =>
        has(answers, 'PTR', '_http._tcp.local')?.ttl === 0 && has(answers, 'A', HOST)?.ttl === 0
      await eventually('it is told that it is gone', () => app.replies().some(isGone))
      expect(JSON.stringify(app.replies())).not.toContain((await import('node:os')).hostname())
    },
    LONG,
  )

  test(
    'that only asks once, by plain DNS, is answered too',
    async () => {
      lan = await openLan({ hosts: 2 })
      await openDoor(1)
      const { answers } = await browse(2, 'once').ask(
        `SRV ${INSTANCE}._http._tcp.local`,
        (reply) => reply.answers.length > 0,
      )
      expect(answers[0]?.data).toMatchObject({ port: 8080, target: HOST })
    },
    LONG,
  )

  test(
    'is told on each network the address that the node has there, and nothing where the door is closed',
    async () => {
      lan = await openLan({
        hosts: 3,
        defaultRoute: false,
        networks: [
          [1, 2],
          [1, 3],
        ],
      })
      const [first, second] = lan.host(1).addresses
      const door = await openDoor(1)
      const question = `A ${HOST}`
      const isAnswer = (reply: Reply): boolean => has(reply.answers, 'A', HOST) !== undefined
      const [left, right] = [browse(2), browse(3)]
      const told = async (to: typeof left) => has((await to.ask(question, isAnswer)).answers, 'A', HOST)?.data
      expect(await told(left)).toBe(first)
      expect(await told(right)).toBe(second)
      door.stdin.end()
      await door.exited
      const before = left.replies().length
      await openDoor(1, second ?? '')
      expect(await told(right)).toBe(second)
      expect(
        left
          .replies()
          .slice(before)
          .filter(({ answers }) => answers.some(({ ttl }) => ttl > 0)),
      ).toEqual([])
    },
    LONG,
  )
})
