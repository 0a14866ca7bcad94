import { parsePairingCode } from '@service/router/policy/pairing/pairing-code.ts'
import type { PairingCode } from '@service/router/policy/pairing/pairing-code.ts'
import { eventually } from '../eventually.ts'
import { createNodeKeys, startPairingNode } from './pairing-node.ts'
import type { PairingNode, PairingNodeOptions } from './pairing-node.ts'

export const hostKeys = createNodeKeys()
export const otherKeys = createNodeKeys()

const running: PairingNode[] = []
export const startNode = (name: string, options: Partial<PairingNodeOptions> = {}): PairingNode => {
  const node = startPairingNode({ name, keys: name === 'studio' ? hostKeys : otherKeys, ...options })
  running.push(node)
  return node
}
export const closeNodes = (): void => {
  for (const node of running.splice(0)) node.close()
}

export const codeOf = (text: string): PairingCode => {
  const code = parsePairingCode(text)
  if (code === undefined) throw new Error(`No code: ${text}`)
  return code
}

/** The same tag, but another secret. */
export const wrongCodeLike = (text: string): PairingCode =>
  codeOf(`${text.slice(0, -1)}${text.endsWith('0') ? '1' : '0'}`)

export const joiningState = async (node: PairingNode): Promise<string> => (await node.joining.read()).state
export const untilJoining = (node: PairingNode, state: string): Promise<void> =>
  eventually(`joining is ${state}`, async () => (await joiningState(node)) === state)
export const untilJoiningIsOver = (node: PairingNode): Promise<void> =>
  eventually('joining is over', async () => ['joined', 'failed'].includes(await joiningState(node)))

/** Both have proved the code, nobody has said anything. */
export const meet = async (host: PairingNode, joiner: PairingNode) => {
  const invitation = await host.invitations.open()
  joiner.joining.start({ code: codeOf(invitation.code), address: host.address })
  await untilJoining(joiner, 'confirming')
  return {
    invitation: await host.invitations.read(invitation.id),
    joining: await joiner.joining.read(),
  }
}
