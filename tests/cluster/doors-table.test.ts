import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import type { RouteScope } from '@shared/contracts/route-manifest.ts'
import { REPOSITORY } from '../support/source-files.ts'
import { newHome, removeHomes } from './supervised-node.ts'
import { CALLERS, HOME_ADDRESS, INTERNET_ADDRESS } from './walk-doors.ts'
import type { CallerName, DoorReport, DoorRow } from './walk-doors.ts'

/** The node is asked some 1,500 times, and started a few times. */
const LONG = 300_000

/** Never the network of this machine: it is made for the test and is gone with its last process. */
const canMakeNamespace =
  process.platform === 'linux' &&
  Bun.which('ip') !== null &&
  Bun.which('unshare') !== null &&
  Bun.spawnSync(['unshare', '-n', 'true']).exitCode === 0

if (!canMakeNamespace)
  process.stderr.write(
    '\nSKIPPED: the table of doors needs network namespaces (Linux, root, unshare, ip).\n\n',
  )

let report: DoorReport
beforeAll(async () => {
  if (!canMakeNamespace) return
  const home = await newHome('endless')
  const walk = Bun.spawn(
    ['unshare', '-n', process.execPath, join(REPOSITORY, 'tests/cluster/walk-doors.ts'), home],
    { stdout: 'pipe', stderr: 'pipe' },
  )
  const [stdout, stderr] = await Promise.all([
    new Response(walk.stdout).text(),
    new Response(walk.stderr).text(),
  ])
  if ((await walk.exited) !== 0) throw new Error(`The doors could not be walked:\n${stderr}`)
  report = JSON.parse(stdout)
}, LONG)
afterAll(removeHomes, LONG)

/** The only routes that strangers may ask: probes of who watches over the node. */
const OPEN = ['/health', '/healthz', '/readyz']

type Expected = 401 | 403 | 'let in'

/** What a caller must get, from the scope of a route alone. */
const expectedOf = (caller: CallerName, scope: RouteScope): Expected => {
  if (scope === 'public' || caller === 'local' || caller === 'admin') return 'let in'
  if (caller === 'none' || caller === 'wrong' || caller === 'proxied') return 401
  return caller === scope ? 'let in' : 403
}

const seen = (status: number): Expected => (status === 401 || status === 403 ? status : 'let in')

const nameOf = ({ method, path, scope }: DoorRow['route']): string => `${method} ${path} (${scope})`

describe.skipIf(!canMakeNamespace)('a node on an address of a network', () => {
  test('lets in whoever the table of its manifests says, route by route, WebSockets too, and nobody else', () => {
    expect(report.rows.length).toBeGreaterThan(60)
    expect(report.rows.some(({ route }) => route.method === 'WS')).toBe(true)
    expect(new Set(report.rows.map(({ route }) => route.scope))).toEqual(
      new Set(['public', 'inference', 'manage', 'metrics', 'admin']),
    )
    const table = (statusOf: (row: DoorRow, caller: CallerName) => Expected): string[] =>
      report.rows.map(
        (row) =>
          `${nameOf(row.route)}: ${CALLERS.map((caller) => `${caller} ${statusOf(row, caller)}`).join(', ')}`,
      )
    expect(table(({ statuses }, caller) => seen(statuses[caller]))).toEqual(
      table(({ route }, caller) => expectedOf(caller, route.scope)),
    )
  })

  test('answers strangers where it is asked whether it lives, and nowhere else', () => {
    const open = report.rows.filter(({ statuses }) => ![401, 403].includes(statuses.none))
    expect(open.map(({ route }) => route.path).filter((path) => !OPEN.includes(path))).toEqual([])
    expect(open.length).toBeGreaterThan(0)
    expect(open.map(({ statuses }) => statuses.none)).not.toContain(404)
  })

  test('asks callers on its own machine too when it is told to, and never its owner', () => {
    expect(report.demanded.length).toBe(report.rows.length)
    expect(report.demanded.map(({ route, status }) => `${nameOf(route)} ${seen(status)}`)).toEqual(
      report.demanded.map(({ route }) => `${nameOf(route)} ${expectedOf('none', route.scope)}`),
    )
    expect(report.owner).toMatchObject({ exitCode: 0, stderr: '' })
  })

  test('stays closed when its last key is revoked', () => {
    expect(report.afterLastKey).toBe(401)
  })

  test('shows its first key when it is made, and never again', () => {
    const [first, second] = report.lanStarts
    expect(first?.['firstKey']).toMatch(/^sk-skein-[0-9a-f]{64}$/)
    expect(first?.['lanUrls']).toEqual([expect.stringContaining(`http://${HOME_ADDRESS}:`)])
    expect(second).not.toHaveProperty('firstKey')
    expect(second).toHaveProperty('lanUrls')
  })

  test('writes down who made keys and who tried some, and no secret', () => {
    const lines = report.audit
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines).toContainEqual(
      expect.objectContaining({ key: 'local', peer: 'owner', route: '/v1/tokens', status: 201 }),
    )
    expect(lines).toContainEqual(expect.objectContaining({ key: 'none', peer: HOME_ADDRESS, status: 401 }))
    expect(report.audit).not.toMatch(/sk-skein-[0-9a-f]{64}/)
  })
})

describe.skipIf(!canMakeNamespace)('a node does not start', () => {
  test.each(['noKey', 'routerAlone'] as const)('on a network without a key (%s)', (way) => {
    const { exitCode, stderr } = report.refused[way]
    expect(exitCode).not.toBe(0)
    expect(stderr).toContain(`Refusing to listen on ${HOME_ADDRESS}`)
    expect(stderr).toContain('skein key add')
    expect(stderr).toContain('skein up --lan')
  })

  test.each(['public', 'publicLan'] as const)('where the internet could reach it (%s)', (way) => {
    const { exitCode, stderr } = report.refused[way]
    expect(exitCode).not.toBe(0)
    expect(stderr).toContain(`${INTERNET_ADDRESS} can be reached from the internet`)
    expect(stderr).toContain('--allow-public')
  })

  test('there by mistake, but on purpose it does', () => {
    expect(report.allowedPublic.exitCode).toBe(0)
    expect(report.allowedPublic.stdout).toContain(`Skein is ready: http://${INTERNET_ADDRESS}`)
  })

  test('with keys that others may read', () => {
    const { exitCode, stderr } = report.refused.readable
    expect(exitCode).toBe(1)
    expect(stderr).toContain('chmod 600')
  })
})
