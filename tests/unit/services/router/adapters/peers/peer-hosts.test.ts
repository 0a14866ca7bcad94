import { expect, test } from 'bun:test'
import { PeerHosts } from '@service/router/adapters/peers/peer-hosts.ts'
import { parseNodeId } from '@service/router/policy/cluster/node-id.ts'

const NODE = parseNodeId(`12D3KooW${'A'.repeat(44)}`)!
const NONE: ReadonlySet<string> = new Set()
const locationOf = (...hosts: string[]) => ({ hosts, dataPort: 8081, certificate: '' })

const openHosts = (answers: Readonly<Record<string, boolean | undefined>>) => {
  const tried: string[] = []
  const clock = { now: 0 }
  const hosts = new PeerHosts({
    connects(host) {
      tried.push(host)
      const answer = answers[host]
      return answer === undefined ? new Promise(() => undefined) : Promise.resolve(answer)
    },
    now: () => clock.now,
  })
  return { hosts, tried, clock }
}

test('a host that answered a moment ago is taken without a try', async () => {
  const { clock, hosts, tried } = openHosts({ a: true, b: true })
  hosts.onAnswered(NODE, 'b')
  expect(await hosts.find(NODE, locationOf('a', 'b'), NONE)).toBe('b')
  expect(tried).toEqual([])
  clock.now += 5000
  expect(await hosts.find(NODE, locationOf('a', 'b'), NONE)).toBe('b')
  expect(tried).toEqual(['b'])
})

test('a host that is no address of the node any more is not taken', async () => {
  const { hosts } = openHosts({ a: true })
  hosts.onAnswered(NODE, 'b')
  expect(await hosts.find(NODE, locationOf('a'), NONE)).toBe('a')
})

test('those that failed are left out', async () => {
  const { hosts, tried } = openHosts({ a: true, b: true })
  expect(await hosts.find(NODE, locationOf('a', 'b'), new Set(['a']))).toBe('b')
  expect(await hosts.find(NODE, locationOf('a', 'b'), new Set(['a', 'b']))).toBeUndefined()
  expect(tried).toEqual(['b'])
})

test('a host that does not answer holds up nobody for long', async () => {
  const { hosts, tried } = openHosts({ silent: undefined, good: true, late: true })
  expect(await hosts.find(NODE, locationOf('silent', 'good', 'late'), NONE)).toBe('good')
  expect(tried).toEqual(['silent', 'good'])
})

test('none answers', async () => {
  const { hosts } = openHosts({ a: false, b: false })
  expect(await hosts.find(NODE, locationOf('a', 'b'), NONE)).toBeUndefined()
  expect(await hosts.find(NODE, locationOf(), NONE)).toBeUndefined()
})
