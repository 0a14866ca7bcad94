import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import type { PairingNode } from '../../../../support/joining/pairing-node.ts'
import { serveClusterDoor } from '../../../../support/joining/cluster-door.ts'
import type { ServedDoor } from '../../../../support/joining/cluster-door.ts'
import { closeNodes, startNode } from '../../../../support/joining/meeting-nodes.ts'
import { clusterNode, createScriptedView } from '../../../../support/joining/scripted-cluster.ts'
import { eventually } from '../../../../support/eventually.ts'
import { createProgram } from '../../../../../scripts/skein/create-program.ts'
import { recordTerminal } from '../scripted-door.ts'

let host: PairingNode
let joiner: PairingNode
let doors: readonly ServedDoor[] = []

const serve = (node: PairingNode): ServedDoor => {
  const other = node === host ? joiner : host
  const view = createScriptedView([
    clusterNode(node.signer.nodeId, { name: 'this', isSelf: true, link: 'self' }),
    clusterNode(other.signer.nodeId, { name: 'other', link: 'up' }),
  ])
  const door = serveClusterDoor(node, view)
  doors = [...doors, door]
  return door
}

beforeEach(() => {
  host = startNode('studio')
  joiner = startNode('laptop')
})
afterEach(() => {
  closeNodes()
  for (const door of doors) door[Symbol.dispose]()
  doors = []
})

/** Runs a command on a node; goes on while the test does other things. */
const skeinOn = (node: PairingNode, ...words: readonly string[]) => {
  const recorded = recordTerminal({ SKEIN_URL: serve(node).url, SKEIN_HOME: '/nowhere' })
  const thrown = createProgram(recorded.context)
    .parseAsync(words, { from: 'user' })
    .then(
      () => undefined,
      (error: unknown) => error,
    )
  return { ...recorded, thrown }
}

const shownCode = async (output: () => string): Promise<string> => {
  const code = (): string | undefined => /join (\w\w-\w{4}-\w{4})/.exec(output())?.[1]
  await eventually('a code is shown', () => code() !== undefined)
  return code() ?? ''
}

const address = (): string => `127.0.0.1:${host.port}`

describe('invite and join', () => {
  test('bring two machines together, each telling its person what happens', async () => {
    const inviting = skeinOn(host, 'invite', '--yes')
    const code = await shownCode(inviting.output)
    const joining = skeinOn(joiner, 'join', code, address(), '--yes')
    expect(await joining.thrown).toBeUndefined()
    expect(await inviting.thrown).toBeUndefined()
    const [digits] = /\d{3} \d{3}/.exec(joining.notes()) ?? []
    expect(digits).toBeString()
    expect(joining.notes()).toContain('Looking for')
    expect(joining.notes()).toContain(`studio at ${address()}`)
    expect(inviting.notes()).toContain('laptop at 127.0.0.1')
    expect(inviting.notes()).toContain(`${digits}`)
    expect(joining.output()).toContain('This node has joined.')
    expect(joining.output()).toMatch(/^other +- +up/m)
    expect(inviting.notes()).not.toContain('wrong code')
    expect(inviting.output()).toContain('laptop has joined.')
    expect(inviting.output()).toContain(`skein join ${code} ${address()}`)
    expect(inviting.output()).toContain('The code is good for')
  })

  test('print one line of JSON for each change', async () => {
    const inviting = skeinOn(host, 'invite', '--yes', '--json')
    await eventually('it is open', () => inviting.output().includes('\n'))
    const { join } = JSON.parse(inviting.output().split('\n')[0] ?? '')
    const joining = skeinOn(joiner, 'join', join, '--yes', '--json')
    await Promise.all([joining.thrown, inviting.thrown])
    for (const { output } of [joining, inviting]) {
      const lines = output()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
      expect(lines.at(-1).state).toBe('joined')
    }
  })

  test('say why they failed: a wrong code', async () => {
    const inviting = skeinOn(host, 'invite', '--yes', '--no-qr')
    const code = await shownCode(inviting.output)
    const wrong = `${code.slice(0, -1)}${code.endsWith('0') ? '1' : '0'}`
    const attempt = () => skeinOn(joiner, 'join', wrong, address(), '--yes').thrown
    expect(await attempt()).toMatchObject({
      message: expect.stringContaining('code is wrong'),
      nextStep: '2 attempts are left.',
    })
    await attempt()
    await attempt()
    expect(await inviting.thrown).toMatchObject({ message: expect.stringContaining('three times') })
    expect(inviting.notes()).toContain('Somebody tried a wrong code; 2 attempts are left.')
  })

  test('ask nobody where nobody sits', async () => {
    expect(await skeinOn(host, 'invite').thrown).toMatchObject({ exitCode: 2 })
    expect(await skeinOn(joiner, 'join', '7K-4XQ2-9WMA').thrown).toMatchObject({ exitCode: 2 })
    expect(host.invitations.list()).toEqual([])
  })

  test('refuse what is no code before anything is looked for', async () => {
    const { thrown } = skeinOn(joiner, 'join', 'nonsense', '--yes')
    expect(await thrown).toMatchObject({ message: expect.stringContaining("Invalid 'code'") })
  })
})

describe('Ctrl-C', () => {
  test('takes the invitation back', async () => {
    const inviting = skeinOn(host, 'invite', '--yes', '--no-qr')
    await shownCode(inviting.output)
    process.emit('SIGINT')
    expect(await inviting.thrown).toMatchObject({ name: 'AbortError' })
    expect(host.invitations.list()).toMatchObject([{ ending: 'cancelled' }])
    expect(host.desk.isInviting).toBe(false)
  })

  test('ends joining', async () => {
    const joining = skeinOn(joiner, 'join', '7K-4XQ2-9WMA', '--yes')
    await eventually('it looks', () => joining.notes().includes('Looking'))
    process.emit('SIGINT')
    expect(await joining.thrown).toMatchObject({ name: 'AbortError' })
    expect(await joiner.joining.read()).toMatchObject({ problem: 'cancelled-here' })
  })
})
