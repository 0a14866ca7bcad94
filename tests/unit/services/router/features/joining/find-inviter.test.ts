import { describe, expect, test } from 'bun:test'
import { findInviter } from '@service/router/features/joining/find-inviter.ts'
import type { Hello } from '@service/router/features/joining/pairing-messages.ts'
import type { FindNodes, PairingWire } from '@service/router/features/joining/pairing-ports.ts'
import { parsePairingCode } from '@service/router/policy/pairing/pairing-code.ts'
import type { PairingCode } from '@service/router/policy/pairing/pairing-code.ts'
import type { PeerAddress } from '@service/router/policy/pairing/peer-address.ts'
import { createTestSigner } from '../../../../../support/joining/pairing-node.ts'
import { createManualClock, settled } from '../../../../../support/manual-clock.ts'

const { nodeId } = createTestSigner()

const code = (): PairingCode => {
  const parsed = parsePairingCode('7K-4XQ2-9WMA')
  if (parsed === undefined) throw new Error('No code')
  return parsed
}

const helloWith = (invitationTag: string | null): Hello => ({
  protocolVersion: 1,
  nodeId,
  clock: 0,
  clusterTag: null,
  isInviting: invitationTag !== null,
  invitationTag,
  certificate: 'PEM',
  linkPort: null,
})

/** A local network on which these hosts are seen, and answer so. */
const network = (hosts: readonly string[], answer: (host: string) => Hello | Error) => {
  const asked: string[] = []
  const clock = createManualClock()
  const wire: PairingWire = {
    async hello({ host }: PeerAddress) {
      asked.push(host)
      const hello = answer(host)
      if (hello instanceof Error) throw hello
      return hello
    },
    pinned() {
      throw new Error('Nobody is spoken to yet')
    },
  }
  let isLooking = true
  const findNodes: FindNodes = async ({ onSighting, signal }) => {
    signal.addEventListener('abort', () => void (isLooking = false))
    for (const host of hosts) onSighting({ nodeId, host, linkPort: 1, dataPort: 8081, isInviting: true })
  }
  const stopping = new AbortController()
  const found = findInviter({ code: code(), address: undefined }, { wire, findNodes, clock }, stopping.signal)
  return { asked, clock, found, stopping, isLooking: () => isLooking }
}

describe('the node of a code', () => {
  test('is the one that shows its tag; who does not answer is passed over', async () => {
    const { asked, found, isLooking } = network(['a', 'b', 'b', 'c'], (host) =>
      host === 'a' ? new Error('silent') : helloWith(host === 'c' ? '7K' : '8M'),
    )
    expect((await found).address).toEqual({ host: 'c', port: 8081 })
    expect(asked).toEqual(['a', 'b', 'c'])
    expect(isLooking()).toBe(false)
  })

  test('is not looked for at more addresses than a home has machines', async () => {
    const crowd = Array.from({ length: 5000 }, (_, index) => `10.0.0.${index}`)
    const { asked, clock, found } = network(crowd, () => helloWith(null))
    const ended = found.catch((error: { problem?: string }) => error.problem)
    await settled()
    await clock.advance(60_000)
    expect(await ended).toBe('nobody-invites')
    expect(asked.length).toBe(64)
  })

  test('is missed by name where only others invite', async () => {
    const { clock, found } = network(['a'], () => helloWith('8M'))
    const ended = found.catch((error: { problem?: string }) => error.problem)
    await settled()
    await clock.advance(60_000)
    expect(await ended).toBe('no-such-invitation')
  })

  test('is not looked for any longer than somebody wants it', async () => {
    const { found, isLooking, stopping } = network(['a'], () => helloWith(null))
    stopping.abort(new Error('enough'))
    await expect(found).rejects.toThrow('enough')
    expect(isLooking()).toBe(false)
  })
})
