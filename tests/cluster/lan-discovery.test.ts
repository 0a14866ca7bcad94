import { afterEach, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { eventually } from '../support/eventually.ts'
import { LAN_IS_REAL, openLan } from '../support/hosts/open-lan.ts'
import type { Lan, LanOptions } from '../support/hosts/open-lan.ts'
import { startPeer } from '../support/hosts/peer-process.ts'
import type { PeerProcess } from '../support/hosts/peer-process.ts'

const LONG = 60_000
const SUPPORT = join(import.meta.dir, '../support/hosts')

if (!LAN_IS_REAL)
  process.stderr.write('\nSKIPPED: how nodes find each other needs network namespaces (Linux, root).\n\n')

let lan: Lan
const open = async (options: LanOptions): Promise<Lan> => {
  lan = await openLan(options)
  return lan
}
afterEach(() => lan.close(), LONG)

const isLinked = (one: PeerProcess, other: PeerProcess): boolean =>
  one.told('link').some(({ nodeId }) => nodeId === other.nodeId)

const sees = (one: PeerProcess, other: PeerProcess, host?: string): boolean =>
  one
    .told('sighting')
    .some(
      ({ sighting }) => sighting.nodeId === other.nodeId && (host === undefined || sighting.host === host),
    )

const crashes = (...peers: readonly PeerProcess[]) => peers.flatMap((peer) => peer.told('crash'))

describe.skipIf(!LAN_IS_REAL)('nodes of a local network', () => {
  test.each([true, false])(
    'find each other and are linked within moments (default route: %p)',
    async (defaultRoute) => {
      await open({ hosts: 3, defaultRoute })
      const peers: PeerProcess[] = []
      for (const number of [1, 2, 3]) peers.push(await startPeer(lan.host(number), { dialsSightings: true }))
      const [one, two, three] = peers as [PeerProcess, PeerProcess, PeerProcess]
      const pairs = [
        [one, two],
        [one, three],
        [two, three],
        [two, one],
        [three, one],
        [three, two],
      ] as const
      await eventually('all are linked', () => pairs.every(([from, to]) => isLinked(from, to)))
      for (const [late, early] of [
        [two, one],
        [three, one],
        [three, two],
      ] as const) {
        const readyAt = late.told('ready')[0]!.at
        const seenAt = early.told('sighting').find(({ sighting }) => sighting.nodeId === late.nodeId)!.at
        const linkAt = late.told('link').find(({ nodeId }) => nodeId === early.nodeId)!.at
        console.log(`after it listens: seen in ${seenAt - readyAt} ms, linked in ${linkAt - readyAt} ms`)
        expect(linkAt - readyAt).toBeLessThan(3000)
      }
      expect(one.told('sighting').map(({ sighting }) => sighting.host)).not.toContain(lan.host(1).address)
      expect(crashes(...peers)).toEqual([])
      expect(await Promise.all(peers.map((peer) => peer.stop()))).toEqual([0, 0, 0])
    },
    LONG,
  )

  test(
    'find each other on each of several networks, by the address that they have there',
    async () => {
      await open({
        hosts: 3,
        defaultRoute: false,
        networks: [
          [1, 2],
          [2, 3],
          [1, 2],
        ],
      })
      const peers = await Promise.all([1, 2, 3].map((number) => startPeer(lan.host(number))))
      const [one, two, three] = peers as [PeerProcess, PeerProcess, PeerProcess]
      const [first, second, third] = lan.host(2).addresses
      await eventually(
        'the middle one is seen at all its addresses',
        () => sees(one, two, first) && sees(three, two, second) && sees(one, two, third),
      )
      expect(sees(one, two, second)).toBe(false)
      expect(sees(three, two, first) || sees(three, two, third)).toBe(false)
      expect(sees(one, three) || sees(three, one)).toBe(false)
      for (const address of [first, third]) {
        expect(await one.dial(two, address ?? '')).toBeNull()
      }
      expect(await three.dial(two, second ?? '')).toBeNull()
      expect(crashes(...peers)).toEqual([])
    },
    LONG,
  )

  test(
    'see who came by another address, and who left',
    async () => {
      await open({ hosts: 2, defaultRoute: false })
      const [one, two] = [await startPeer(lan.host(1)), await startPeer(lan.host(2))]
      await eventually('they see each other', () => sees(one, two) && sees(two, one))
      const address = lan.freeAddress()
      lan.changeAddress(2, address)
      await eventually('it is seen at its new address', () => sees(one, two, address), 15_000)
      expect(await one.dial(two, address)).toBeNull()
      one.tell({ type: 'search' })
      two.tell({ type: 'invite', isInviting: true })
      await eventually('who looks for nodes finds the one that invites', () =>
        one.told('found').some(({ sighting }) => sighting.isInviting && sighting.nodeId === two.nodeId),
      )
      expect(await two.stop()).toBe(0)
      const before = one.told('sighting').length
      one.tell({ type: 'look' })
      expect(await one.dial(two, address)).toBe('refused')
      expect(one.told('sighting').length).toBe(before)
      expect(await one.stop()).toBe(0)
      expect(crashes(one, two)).toEqual([])
    },
    LONG,
  )

  test(
    'are linked by their addresses where multicast does not get through',
    async () => {
      await open({ hosts: 2, defaultRoute: false })
      lan.blockMulticast()
      const [one, two] = [await startPeer(lan.host(1)), await startPeer(lan.host(2))]
      expect(await one.dial(two, lan.host(2).address)).toBeNull()
      await eventually('both have the link', () => isLinked(one, two) && isLinked(two, one))
      one.tell({ type: 'send', nodeId: two.nodeId, byteCount: 1_000_000 })
      await eventually('it carries messages', () => two.told('message').length === 1)
      expect(sees(one, two) || sees(two, one)).toBe(false)
      lan.blockMulticast(false)
      await eventually('they see each other as soon as it does', () => sees(one, two) && sees(two, one))
    },
    LONG,
  )

  test(
    'say why they do not get together',
    async () => {
      await open({ hosts: 3, defaultRoute: false })
      const settings = { usesMulticast: false }
      const one = await startPeer(lan.host(1), settings)
      const two = await startPeer(lan.host(2), settings)
      const stranger = await startPeer(lan.host(3), { ...settings, secret: 'another' })
      expect(await one.dial(stranger, lan.host(3).address)).toBe('wrong-cluster-key')
      await eventually('the other end knows it too', () => stranger.told('refused').length === 1)
      expect(stranger.told('refused')[0]).toMatchObject({
        host: lan.host(1).address,
        trouble: 'wrong-cluster-key',
      })
      const mistaken = { nodeId: stranger.nodeId, linkPort: two.linkPort }
      expect(await one.dial(mistaken, lan.host(2).address)).toBe('wrong-identity')
      expect(await one.dial(two, lan.freeAddress(), 8000)).toBe('no-answer')
      expect(await one.dial(two, '192.0.2.1')).toBe('no-route')
      lan.blackhole(1, 3)
      expect(await one.dial(stranger, lan.host(3).address)).toBe('no-route')
      lan.blackhole(2, 1)
      expect(await one.dial(two, lan.host(2).address, 1500)).toBe('no-answer')
      lan.endBlackhole(2, 1)
      lan.cut(2)
      expect(await one.dial(two, lan.host(2).address, 1500)).toBe('no-answer')
      lan.mend(2)
      await two.stop()
      expect(await one.dial(two, lan.host(2).address)).toBe('refused')
      expect(crashes(one, two, stranger)).toEqual([])
      expect(await one.stop()).toBe(0)
    },
    LONG,
  )

  test(
    'are cut off when they take nothing any more',
    async () => {
      await open({ hosts: 2, defaultRoute: false })
      const [one, two] = [
        await startPeer(lan.host(1), { usesMulticast: false }),
        await startPeer(lan.host(2), { usesMulticast: false }),
      ]
      expect(await one.dial(two, lan.host(2).address)).toBeNull()
      two.process.kill('SIGSTOP')
      for (let count = 0; count < 50; count += 1)
        one.tell({ type: 'send', nodeId: two.nodeId, byteCount: 1_000_000 })
      await eventually('it is cut off', () => one.told('down').length === 1)
      expect(one.told('down')[0]).toMatchObject({ nodeId: two.nodeId, trouble: 'silent' })
      two.process.kill('SIGCONT')
      await eventually('the other end knows', () => two.told('down').length === 1)
      expect(await one.dial(two, lan.host(2).address)).toBeNull()
      two.process.kill('SIGKILL')
      await eventually('a death is known', () => one.told('down').length === 2, 2000)
      expect(crashes(one, two)).toEqual([])
    },
    LONG,
  )

  test(
    'do not mind what strangers send by multicast',
    async () => {
      await open({ hosts: 3, defaultRoute: false })
      const one = await startPeer(lan.host(1))
      const flood = lan.host(3).spawn([process.execPath, join(SUPPORT, 'flood-lan.ts'), lan.host(3).address])
      expect(await flood.exited).toBe(0)
      const began = performance.now()
      const two = await startPeer(lan.host(2))
      await eventually('they see each other', () => sees(one, two) && sees(two, one))
      expect(performance.now() - began).toBeLessThan(5000)
      expect(crashes(one, two)).toEqual([])
      expect(one.told('sighting').filter(({ sighting }) => sighting.host === lan.host(3).address)).toEqual([])
    },
    LONG,
  )
})
