import { afterEach, describe, expect, test } from 'bun:test'
import { INVITATION_MS } from '@service/router/policy/pairing/invitation-state.ts'
import type { PairingCode } from '@service/router/policy/pairing/pairing-code.ts'
import { Fault } from '@shared/fault/fault.ts'
import { eventually } from '../../support/eventually.ts'
import {
  closeNodes,
  codeOf,
  joiningState,
  meet,
  startNode,
  untilJoining,
  untilJoiningIsOver,
  wrongCodeLike,
} from '../../support/joining/meeting-nodes.ts'
import { BUNDLE } from '../../support/joining/scripted-cluster.ts'
import { createManualClock } from '../../support/manual-clock.ts'

afterEach(closeNodes)

describe('two nodes that pair over HTTPS', () => {
  test('see the same digits and each other, and join when both have said yes', async () => {
    const [host, joiner] = [startNode('studio'), startNode('laptop')]
    const { invitation, joining } = await meet(host, joiner)
    expect(invitation).toMatchObject({
      state: 'confirming',
      joiner: { name: 'laptop', nodeId: joiner.signer.nodeId, address: '127.0.0.1' },
      warnings: [],
    })
    expect(joining).toMatchObject({ host: { name: 'studio', nodeId: host.signer.nodeId }, warnings: [] })
    const check = joining.host?.checkDigits ?? ''
    expect(check).toMatch(/^\d{6}$/)
    expect(invitation.joiner?.checkDigits).toBe(check)
    host.invitations.confirm(invitation.id, true, check)
    await eventually('the joiner hears it', async () => (await joiner.joining.read()).isConfirmedThere)
    expect(joiner.desk.entered).toBeUndefined()
    joiner.joining.confirm(true, check)
    await untilJoining(joiner, 'joined')
    expect(joiner.desk.entered).toEqual(BUNDLE)
    expect(host.desk.calls).toEqual(['open', `admit laptop ${joiner.signer.nodeId}`])
    await eventually('the host knows', async () => {
      return (await host.invitations.read(invitation.id)).state === 'joined'
    })
    expect(host.desk.isInviting).toBe(false)
  })

  test('join as well when the joining side says yes first', async () => {
    const [host, joiner] = [startNode('studio'), startNode('laptop')]
    const { invitation, joining } = await meet(host, joiner)
    const check = joining.host?.checkDigits ?? ''
    joiner.joining.confirm(true, check)
    await eventually('the host hears it', async () => {
      return (await host.invitations.read(invitation.id)).isConfirmedThere
    })
    expect(host.desk.calls).toEqual(['open'])
    host.invitations.confirm(invitation.id, true, check)
    await untilJoining(joiner, 'joined')
  })

  test('tell each other when one of them says no', async () => {
    const [host, joiner] = [startNode('studio'), startNode('laptop')]
    const { invitation } = await meet(host, joiner)
    host.invitations.confirm(invitation.id, false, '')
    await untilJoiningIsOver(joiner)
    expect(await joiner.joining.read()).toMatchObject({ problem: 'refused-there' })
    const again = await meet(host, joiner)
    joiner.joining.confirm(false, '')
    await untilJoiningIsOver(joiner)
    expect(await joiner.joining.read()).toMatchObject({ problem: 'refused-here' })
    expect(await host.invitations.read(again.invitation.id)).toMatchObject({ ending: 'refused-there' })
    expect(joiner.desk.entered).toBeUndefined()
    expect(host.desk.calls.filter((call) => call.startsWith('admit'))).toEqual([])
  })

  test('take nothing but the digits of each other as a yes', async () => {
    const [host, joiner] = [startNode('studio'), startNode('laptop')]
    const { invitation, joining } = await meet(host, joiner)
    const wrong = joining.host?.checkDigits === '000000' ? '000001' : '000000'
    expect(() => host.invitations.confirm(invitation.id, true, wrong)).toThrow("Invalid 'check'")
    expect(() => joiner.joining.confirm(true, wrong)).toThrow("Invalid 'check'")
    expect(await joiningState(joiner)).toBe('confirming')
  })

  test('shut the newcomer out again when it cannot enter', async () => {
    const [host, joiner] = [startNode('studio'), startNode('laptop')]
    const { invitation, joining } = await meet(host, joiner)
    joiner.desk.failWith = new Fault('conflict', 'The disk is full.')
    const check = joining.host?.checkDigits ?? ''
    host.invitations.confirm(invitation.id, true, check)
    joiner.joining.confirm(true, check)
    await untilJoiningIsOver(joiner)
    expect(await joiner.joining.read()).toMatchObject({ problem: 'failed', message: 'The disk is full.' })
    expect(await host.invitations.read(invitation.id)).toMatchObject({ ending: 'arrival-failed' })
    expect(host.desk.calls.at(-1)).toBe(`remove ${joiner.signer.nodeId}`)
  })
})

describe('a code', () => {
  test('that is wrong three times is dead, for the right one too, and both sides say so', async () => {
    const [host, joiner] = [startNode('studio'), startNode('laptop')]
    const { code, id } = await host.invitations.open()
    const attempt = async (tried: PairingCode) => {
      joiner.joining.start({ code: tried, address: host.address })
      await untilJoiningIsOver(joiner)
      return joiner.joining.read()
    }
    for (const attemptsLeft of [2, 1, 0]) {
      expect(await attempt(wrongCodeLike(code))).toMatchObject({ problem: 'code-wrong', attemptsLeft })
    }
    await eventually('the host knows', async () => (await host.invitations.read(id)).state === 'ended')
    expect(await host.invitations.read(id)).toMatchObject({ ending: 'too-many-attempts' })
    expect(host.desk.isInviting).toBe(false)
    expect(await attempt(codeOf(code))).toMatchObject({ problem: 'too-many-attempts' })
  })

  test('of another invitation spends no attempt', async () => {
    const [host, joiner] = [startNode('studio'), startNode('laptop')]
    const { code, id } = await host.invitations.open()
    const other = codeOf(`${code.startsWith('0') ? '1' : '0'}${code.slice(1)}`)
    joiner.joining.start({ code: other, address: host.address })
    await untilJoiningIsOver(joiner)
    expect(await joiner.joining.read()).toMatchObject({ problem: 'no-such-invitation' })
    expect(await host.invitations.read(id)).toMatchObject({ attemptsLeft: 3, state: 'open' })
  })

  test('is good for one node', async () => {
    const [host, joiner, late] = [startNode('studio'), startNode('laptop'), startNode('tablet')]
    const { invitation } = await meet(host, joiner)
    late.joining.start({ code: codeOf(invitation.code), address: host.address })
    await untilJoiningIsOver(late)
    expect(await late.joining.read()).toMatchObject({ problem: 'used' })
    expect(await joiningState(joiner)).toBe('confirming')
  })

  test('expires after ten minutes', async () => {
    const clock = createManualClock()
    const [host, joiner] = [startNode('studio', { clock }), startNode('laptop')]
    const { code, id } = await host.invitations.open()
    await clock.advance(INVITATION_MS)
    expect(await host.invitations.read(id)).toMatchObject({ state: 'ended', ending: 'expired' })
    joiner.joining.start({ code: codeOf(code), address: host.address })
    await untilJoiningIsOver(joiner)
    expect(await joiner.joining.read()).toMatchObject({ problem: 'expired' })
  })

  test('that was taken back is told as such, also to who has proved it', async () => {
    const [host, joiner] = [startNode('studio'), startNode('laptop')]
    const { invitation } = await meet(host, joiner)
    host.invitations.cancel(invitation.id)
    await untilJoiningIsOver(joiner)
    expect(await joiner.joining.read()).toMatchObject({ problem: 'cancelled' })
  })
})

describe('who joins', () => {
  test('can go away, and the host is told at once', async () => {
    const [host, joiner] = [startNode('studio'), startNode('laptop')]
    const { invitation } = await meet(host, joiner)
    expect(joiner.joining.cancel()).toMatchObject({ state: 'failed', problem: 'cancelled-here' })
    await eventually('the host knows', async () => {
      return (await host.invitations.read(invitation.id)).ending === 'refused-there'
    })
  })

  test('finds the node of its code among those of the local network', async () => {
    const [host, other] = [startNode('studio'), startNode('attic')]
    await other.invitations.open()
    const joiner = startNode('laptop', {
      async findNodes({ onSighting, signal }) {
        for (const { port, signer } of [other, host, host]) {
          const sighting = { nodeId: signer.nodeId, host: '127.0.0.1', linkPort: 1, dataPort: port }
          onSighting({ ...sighting, isInviting: true })
        }
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
      },
    })
    let invitation = await host.invitations.open()
    // Of 1024 codes one has the tag of the other node.
    while (invitation.code.slice(0, 2) === other.invitations.list()[0]?.code.slice(0, 2))
      invitation = await host.invitations.open()
    joiner.joining.start({ code: codeOf(invitation.code), address: undefined })
    await untilJoining(joiner, 'confirming')
    expect((await joiner.joining.read()).host?.name).toBe('studio')
    expect(other.asked).toEqual(['hello'])
    expect(host.asked.filter((path) => path === 'hello')).toEqual(['hello'])
  })

  test('is told when nobody on the local network invites with its code', async () => {
    const clock = createManualClock()
    const joiner = startNode('laptop', { clock })
    joiner.joining.start({ code: codeOf('7K-4XQ2-9WMA'), address: undefined })
    await eventually('it has given up', async () => {
      await clock.advance(1000)
      return (await joiningState(joiner)) === 'failed'
    })
    expect(await joiner.joining.read()).toMatchObject({ problem: 'nobody-invites' })
  })

  test('is told when nobody answers at the address', async () => {
    const [gone, joiner] = [startNode('studio'), startNode('laptop')]
    gone.close()
    joiner.joining.start({ code: codeOf('7K-4XQ2-9WMA'), address: gone.address })
    await untilJoiningIsOver(joiner)
    expect(await joiner.joining.read()).toMatchObject({ problem: 'no-answer' })
  })

  test.each([
    ['0badcafe', '0badcafe', 'already-member'],
    ['0badcafe', '11111111', 'in-another-cluster'],
  ])('and is in cluster %s is not let into %s', async (own, others, problem) => {
    const host = startNode('studio', { clusterTag: () => others })
    const joiner = startNode('laptop', { clusterTag: () => own })
    const { code, id } = await host.invitations.open()
    joiner.joining.start({ code: codeOf(code), address: host.address })
    await untilJoiningIsOver(joiner)
    expect(await joiner.joining.read()).toMatchObject({ problem })
    expect(await host.invitations.read(id)).toMatchObject({ attemptsLeft: 3 })
  })

  test('and has another clock is warned, and so is the host', async () => {
    const [host, joiner] = [startNode('studio', { now: () => Date.now() + 3_600_000 }), startNode('laptop')]
    const { invitation, joining } = await meet(host, joiner)
    expect(invitation.warnings[0]).toContain('differ by 60 minutes')
    expect(joining.warnings).toEqual(invitation.warnings)
  })

  test('tries one cluster at a time', async () => {
    const [host, joiner] = [startNode('studio'), startNode('laptop')]
    await meet(host, joiner)
    const wish = { code: codeOf('7K-4XQ2-9WMA'), address: undefined }
    expect(() => joiner.joining.start(wish)).toThrow('joining already')
  })
})
