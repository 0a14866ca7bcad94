import { afterEach, expect, test } from 'bun:test'
import { parsePairingCode } from '@service/router/policy/pairing/pairing-code.ts'
import { parsePeerAddress } from '@service/router/policy/pairing/peer-address.ts'
import { eventually } from '../../support/eventually.ts'
import { openRealNode } from '../../support/joining/real-node.ts'
import type { RealNode } from '../../support/joining/real-node.ts'

const running: RealNode[] = []
const open = (name: string): RealNode => {
  const node = openRealNode({ name })
  running.push(node)
  return node
}
afterEach(() => Promise.all(running.splice(0).map((node) => node.close())))

/** One lets the other in, by code and address, with a yes on both sides. */
const join = async (joiner: RealNode, host: RealNode): Promise<void> => {
  const invitation = await host.pairing.invitations.open()
  const code = parsePairingCode(invitation.code)
  if (code === undefined) throw new Error('An invitation without a code')
  joiner.pairing.joining.start({ code, address: parsePeerAddress(invitation.addresses[0] ?? '') })
  const state = async (): Promise<string> => {
    const { message, state: now } = await joiner.pairing.joining.read()
    if (now === 'failed') throw new Error(`Not joined: ${message}`)
    return now
  }
  await eventually('there are digits to compare', async () => (await state()) === 'confirming')
  const check = (await joiner.pairing.joining.read()).host?.checkDigits ?? ''
  host.pairing.invitations.confirm(invitation.id, true, check)
  joiner.pairing.joining.confirm(true, check)
  await eventually('it has joined', async () => (await state()) === 'joined')
}

const linksOf = ({ runtime }: RealNode): readonly string[] =>
  runtime.nodes.map(({ link, name }) => `${name} ${link}`)

test('nodes that were alone are linked once they have paired, and a third one with both', async () => {
  const [studio, laptop, attic] = [open('studio'), open('laptop'), open('attic')]
  await join(laptop, studio)
  await eventually('both are linked', () => {
    return linksOf(studio).includes('laptop up') && linksOf(laptop).includes('studio up')
  })
  expect(laptop.runtime.clusterId).toBe(studio.runtime.clusterId ?? '')
  await join(attic, laptop)
  await eventually('all are linked with all', () =>
    running.every((node) => node.runtime.nodes.filter(({ link }) => link === 'up').length === 2),
  )
})

test('a node that was removed joins again by a new code', async () => {
  const [studio, laptop] = [open('studio'), open('laptop')]
  await join(laptop, studio)
  await eventually('both are linked', () => linksOf(studio).includes('laptop up'))
  await studio.runtime.remove(laptop.runtime.self.nodeId)
  await eventually('it knows', () => laptop.runtime.self.trouble === 'removed')
  await join(laptop, studio)
  await eventually('both are linked again', () => {
    return linksOf(studio).includes('laptop up') && linksOf(laptop).includes('studio up')
  })
})

test('a node that is in another cluster is told to leave it, and then it joins', async () => {
  const [studio, laptop] = [open('studio'), open('laptop')]
  await laptop.runtime.open()
  await expect(join(laptop, studio)).rejects.toThrow('skein leave')
  await laptop.runtime.leave()
  await join(laptop, studio)
  expect(laptop.runtime.clusterId).toBe(studio.runtime.clusterId ?? '')
})
