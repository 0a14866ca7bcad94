import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '../support/eventually.ts'
import { LAN_IS_REAL, openLan } from '../support/hosts/open-lan.ts'
import type { Lan } from '../support/hosts/open-lan.ts'
import { REPOSITORY } from '../support/source-files.ts'
import { jsonOf } from '../support/wire-json.ts'
import type { WireJson } from '../support/wire-json.ts'

const NAMES = ['studio', 'laptop', 'attic']
const PROGRAM = join(REPOSITORY, 'tests/support/joining/run-lan-node.ts')

let lan: Lan
let home = ''
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'skein-join-lan-'))
  lan = await openLan({ hosts: NAMES.length })
})
afterAll(async () => {
  await lan.close()
  await rm(home, { recursive: true })
})

/** Asks a host as its owner. */
const ask = async (host: number, method: string, path: string, body?: unknown): Promise<WireJson> =>
  jsonOf(
    lan.host(host).fetch(`http://127.0.0.1:8080/v1/${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    }),
  )

const joiningIs = async (host: number, state: string): Promise<boolean> => {
  const joining = await ask(host, 'GET', 'cluster/joining')
  if (joining.state === 'failed') throw new Error(`Not joined: ${joining.message}`)
  return joining.state === state
}

/** By the code alone, or with an address. */
const pair = async (guest: number, inviter: number, address?: string): Promise<void> => {
  const { code, id } = await ask(inviter, 'POST', 'cluster/invitations')
  await ask(guest, 'POST', 'cluster/joining', { code, address })
  await eventually('there are digits to compare', () => joiningIs(guest, 'confirming'), 20_000)
  const { host } = await ask(guest, 'GET', 'cluster/joining')
  const yes = { accept: true, check: host.checkDigits }
  await ask(inviter, 'POST', `cluster/invitations/${id}/confirm`, yes)
  await ask(guest, 'POST', 'cluster/joining/confirm', yes)
  await eventually('it has joined', () => joiningIs(guest, 'joined'))
}

const linked = async (host: number): Promise<readonly string[]> =>
  (await ask(host, 'GET', 'nodes')).data
    .filter(({ link }: { link: string }) => link === 'up')
    .map(({ name }: { name: string }) => name)

describe.skipIf(!LAN_IS_REAL)('on a local network', () => {
  beforeAll(async () => {
    for (const [index, name] of NAMES.entries()) {
      lan.host(index + 1).spawn([process.execPath, PROGRAM, name], { HOME: home, TMPDIR: home })
    }
    await eventually('all are there', async () => {
      const answers = NAMES.map((_, index) => ask(index + 1, 'GET', 'cluster').catch(() => undefined))
      return (await Promise.all(answers)).every((answer) => answer !== undefined)
    })
  })

  test('a code alone is enough: the machine that invites is found', async () => {
    await pair(2, 1)
    await eventually('both are linked', async () => {
      return (await linked(1)).includes('laptop') && (await linked(2)).includes('studio')
    })
  }, 60_000)

  test('where multicast is lost, nobody is found by the code, and the address helps', async () => {
    lan.blockMulticast()
    const { code, id } = await ask(1, 'POST', 'cluster/invitations')
    await ask(3, 'POST', 'cluster/joining', { code })
    await eventually(
      'it has given up',
      async () => {
        return (await ask(3, 'GET', 'cluster/joining')).problem === 'nobody-invites'
      },
      40_000,
    )
    await ask(1, 'DELETE', `cluster/invitations/${id}`)
    await pair(3, 1, lan.host(1).address)
    await eventually('all are linked', async () => (await linked(3)).length === 2, 20_000)
    expect((await linked(1)).toSorted()).toEqual(['attic', 'laptop'])
  }, 120_000)
})
