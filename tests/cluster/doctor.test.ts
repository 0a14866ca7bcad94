import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import type { DoctorReport } from '@service/router/features/doctor/doctor-desk.ts'
import { eventually } from '../support/eventually.ts'
import { LAN_IS_REAL, openLan } from '../support/hosts/open-lan.ts'
import type { Lan } from '../support/hosts/open-lan.ts'
import { REPOSITORY } from '../support/source-files.ts'
import { jsonOf } from '../support/wire-json.ts'
import type { WireJson } from '../support/wire-json.ts'

const NAMES = ['studio', 'laptop', 'attic', 'shed']
const PROGRAM = join(REPOSITORY, 'tests/support/doctor/run-doctor-node.ts')
const SKEIN = join(REPOSITORY, 'scripts/skein/main.ts')
const CLOCK_OFFSETS_MS: Readonly<Record<string, string>> = { attic: '7000' }
const LONGEST_CHECK_MS = 10_000

let lan: Lan

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

const startNode = (host: number): void => {
  const name = NAMES[host - 1] ?? ''
  const environment = { HOME: '/tmp', TMPDIR: '/tmp', CLOCK_OFFSET_MS: CLOCK_OFFSETS_MS[name] ?? '0' }
  lan.host(host).spawn([process.execPath, PROGRAM, name], environment)
}

const joiningIs = async (host: number, state: string): Promise<boolean> => {
  const joining = await ask(host, 'GET', 'cluster/joining')
  if (joining.state === 'failed') throw new Error(`Not joined: ${joining.message}`)
  return joining.state === state
}

const pair = async (guest: number, inviter: number): Promise<void> => {
  const { code, id } = await ask(inviter, 'POST', 'cluster/invitations')
  await ask(guest, 'POST', 'cluster/joining', { code, address: lan.host(inviter).address })
  await eventually('there are digits to compare', () => joiningIs(guest, 'confirming'), 20_000)
  const { host } = await ask(guest, 'GET', 'cluster/joining')
  const yes = { accept: true, check: host.checkDigits }
  await ask(inviter, 'POST', `cluster/invitations/${id}/confirm`, yes)
  await ask(guest, 'POST', 'cluster/joining/confirm', yes)
  await eventually('it has joined', () => joiningIs(guest, 'joined'), 20_000)
}

const allLinked = (hosts: readonly number[]): Promise<void> =>
  eventually(
    'all are linked',
    async () => {
      const lists = await Promise.all(hosts.map((host) => ask(host, 'GET', 'nodes')))
      return lists.every(
        ({ data }) => data.filter(({ link }: { link: string }) => link === 'up').length === hosts.length - 1,
      )
    },
    30_000,
  )

const linkIsDown = (host: number, name: string): Promise<void> =>
  eventually(`${name} is down`, async () => (await ask(host, 'GET', `nodes/${name}`)).link === 'down', 20_000)

const check = async (host: number, address?: string): Promise<DoctorReport> => {
  const report = await ask(host, 'GET', `doctor${address === undefined ? '' : `?address=${address}`}`)
  expect(report.tookMs).toBeLessThan(LONGEST_CHECK_MS)
  return report
}

/** What is not well, by whom it is about. */
const troublesIn = ({ findings }: DoctorReport): readonly string[] =>
  findings
    .filter(({ severity }) => severity !== 'ok')
    .map(({ cause, node, severity }) => `${severity} ${node ?? 'itself'}: ${cause}`)
    .toSorted()

/** The cards of the hosts know each other for some seconds longer than packets pass. */
const eventuallyFinds = (host: number, finding: string): Promise<void> =>
  eventually(finding, async () => troublesIn(await check(host)).includes(finding), 60_000)

describe.skipIf(!LAN_IS_REAL)('on a local network, the doctor', () => {
  beforeAll(async () => {
    lan = await openLan({ hosts: NAMES.length })
    lan.openGateway()
    for (const host of [1, 2, 3, 4]) startNode(host)
    await eventually(
      'all are there',
      async () => {
        const answers = NAMES.map((_, index) => ask(index + 1, 'GET', 'cluster').catch(() => undefined))
        return (await Promise.all(answers)).every((answer) => answer !== undefined)
      },
      30_000,
    )
    await pair(2, 1)
    await pair(3, 1)
    await allLinked([1, 2, 3])
  }, 120_000)
  afterAll(() => lan.close())

  test('finds a cluster well, but for a clock that is 7 s ahead', async () => {
    const report = await check(1)
    expect(troublesIn(report)).toEqual(['warning attic: clock-skew'])
    expect(report.findings.find(({ cause }) => cause === 'clock-skew')?.words).toContain('7 s ahead')
    expect(report).toMatchObject({ node: 'studio', isHealthy: true })
  })

  test('shows every link as each of its ends sees it', async () => {
    await eventually('all have told their links', async () => (await check(1)).map.links.length === 6, 20_000)
    const { map } = await check(1)
    expect(map.links.every(({ rttMs, state }) => state === 'up' && (rttMs ?? 0) >= 0)).toBe(true)
  }, 60_000)

  test('measures how fast bytes go, from every node to every other', async () => {
    const { data, leftOut, map } = await ask(1, 'POST', 'doctor/bandwidth')
    expect(leftOut).toEqual([])
    expect(data).toHaveLength(6)
    for (const { bytesPerSecond } of [...data, ...map.links]) expect(bytesPerSecond).toBeGreaterThan(1e6)
  }, 60_000)

  test('tells people the same, and ends with 0 where nothing is wrong', async () => {
    const skein = lan.host(1).spawn([process.execPath, SKEIN, 'doctor', '--url', 'http://127.0.0.1:8080'], {
      HOME: '/tmp',
      NO_COLOR: '1',
    })
    const shown = await new Response(skein.stdout).text()
    expect(await skein.exited).toBe(0)
    expect(shown).toContain('attic')
    expect(shown).toContain('clock-skew')
    expect(shown).toContain('7 s ahead')
    expect(shown).toMatch(/\d ms/)
  }, 30_000)

  test('says why a machine cannot be joined: nobody listens, no such network, no invitation, another cluster', async () => {
    const cause = async (host: number, address: string): Promise<string | undefined> =>
      (await check(host, address)).findings.find(({ node }) => node?.startsWith(address.split(':')[0] ?? ''))
        ?.cause
    const { address } = lan.host(1)
    expect(await cause(4, address)).toBe('not-inviting')
    expect(await cause(4, `${address}:9999`)).toBe('nobody-listens')
    expect(await cause(4, '192.0.2.7')).toBe('wrong-subnet')
    expect(await cause(4, lan.freeAddress())).toBe('no-answer')
    const { id } = await ask(1, 'POST', 'cluster/invitations')
    expect(await cause(4, address)).toBe('ready-to-join')
    await ask(1, 'DELETE', `cluster/invitations/${id}`)
    // An invitation makes the other one a cluster of its own.
    await ask(4, 'POST', 'cluster/invitations')
    expect(await cause(1, lan.host(4).address)).toBe('wrong-cluster')
  }, 90_000)

  test('names blocked multicast, while links work', async () => {
    lan.blockMulticast()
    await eventuallyFinds(1, 'warning itself: multicast-blocked')
    expect((await check(1)).isHealthy).toBe(true)
    lan.blockMulticast(false)
    await eventually(
      'multicast gets through again',
      async () => !troublesIn(await check(1)).includes('warning itself: multicast-blocked'),
      30_000,
    )
  }, 90_000)

  test('names packets that are lost one way, from both ends', async () => {
    lan.blackhole(1, 2)
    await linkIsDown(1, 'laptop')
    await linkIsDown(2, 'studio')
    await eventuallyFinds(1, 'problem laptop: one-way-loss')
    await eventuallyFinds(2, 'problem studio: one-way-loss')
    lan.endBlackhole(1, 2)
    await allLinked([1, 2, 3])
  }, 120_000)

  test('names a network that keeps its devices apart', async () => {
    lan.isolate()
    await linkIsDown(1, 'laptop')
    await eventuallyFinds(1, 'problem laptop: ap-isolation')
    lan.isolate(false)
    await allLinked([1, 2, 3])
  }, 120_000)

  test('names a removed node, at both ends', async () => {
    await ask(1, 'DELETE', 'nodes/attic')
    await eventuallyFinds(3, 'problem itself: removed')
    const { findings } = await check(1, lan.host(3).address)
    expect(findings.map(({ cause }) => cause)).toContain('not-a-member')
  }, 60_000)
})
