import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createProgram } from '../../../../../scripts/skein/create-program.ts'
import { CommandFailure } from '../../../../../scripts/skein/terminal/command-failure.ts'
import { reportFailure } from '../../../../../scripts/skein/terminal/report-failure.ts'
import { recordTerminal, skein } from '../scripted-door.ts'

const MAP = {
  nodes: [
    { id: 'a-11111111', name: 'studio' },
    { id: 'b-22222222', name: 'attic' },
  ],
  links: [{ from: 'a-11111111', to: 'b-22222222', state: 'up', rttMs: 1.24, bytesPerSecond: null }],
}
const PROBLEM = {
  severity: 'problem',
  cause: 'firewall',
  node: 'attic\u001b[31m',
  words: 'Packets vanish.',
  nextStep: 'Let the ports through.',
}
const CLOCK = {
  severity: 'warning',
  cause: 'clock-skew',
  node: 'attic',
  words: '7 s ahead.',
  nextStep: 'Set it.',
}
const REMARK = { severity: 'ok', cause: 'alone', node: null, words: 'Only one.', nextStep: null }

const doctor = (isHealthy: boolean, ...findings: readonly object[]) => ({
  'GET /v1/doctor': () => ({ node: 'studio', isHealthy, findings, map: MAP }),
})

test('findings are shown with their next steps, and the links as a table', async () => {
  const { notes, output, thrown } = await skein(doctor(true, CLOCK, REMARK), 'doctor')
  expect(thrown).toBeUndefined()
  expect(notes).toContain('some seconds')
  expect(output).toStartWith(
    '! attic: clock-skew\n  7 s ahead.\n  Next: Set it.\n✓ studio: alone\n  Only one.\n\nFROM',
  )
  const [studio, attic] = output.trim().split('\n').slice(-2)
  expect(studio).toMatch(/^studio +· +1\.2 ms$/)
  expect(attic).toMatch(/^attic +\? +·$/)
})

test('a problem ends with 1, after everything was said, as text and as JSON', async () => {
  const { output, thrown } = await skein(doctor(false, PROBLEM), 'doctor')
  expect(output).toContain('✗ attic[31m: firewall')
  const { output: json, thrown: thrownToo } = await skein(doctor(false, PROBLEM), 'doctor', '--json')
  expect(JSON.parse(json)).toMatchObject({ isHealthy: false, findings: [PROBLEM], leftOut: [] })
  for (const failure of [thrown, thrownToo]) {
    const recorded = recordTerminal()
    expect(reportFailure(failure, { terminal: recorded.context.terminal, isJson: true })).toBe(1)
    expect(recorded.output() + recorded.notes()).toBe('')
  }
})

test('an address is asked about; what is none never gets to the node', async () => {
  const { requests } = await skein(doctor(true), 'doctor', '[fe80::1]:8081')
  expect(requests).toEqual(['GET /v1/doctor?address=%5Bfe80%3A%3A1%5D%3A8081'])
  const wrong = await skein(doctor(true), 'doctor', 'http://x')
  expect(wrong.requests).toEqual([])
  expect(wrong.thrown).toMatchObject({ exitCode: 2 })
})

test('with --bandwidth the table has bytes as well', async () => {
  const links = [{ ...MAP.links[0], bytesPerSecond: 117_500_000 }]
  const routes = {
    ...doctor(true),
    'POST /v1/doctor/bandwidth': () => ({ map: { ...MAP, links }, leftOut: [] }),
  }
  const { output } = await skein(routes, 'doctor', '--bandwidth')
  expect(output).toContain('1.2 ms, 118 MB/s')
})

test('where no node runs, it says so and looks at this machine alone', async () => {
  const home = mkdtempSync(join(tmpdir(), 'skein-doctor-'))
  const taken = Bun.listen({ hostname: '0.0.0.0', port: 0, socket: { data: () => undefined } })
  const recorded = recordTerminal({
    SKEIN_HOME: home,
    CLUSTER_MULTICAST: 'false',
    CLUSTER_LINK_PORT: String(taken.port),
  })
  const thrown: unknown = await createProgram(recorded.context)
    .parseAsync(['doctor'], { from: 'user' })
    .catch((error: unknown) => error)
  taken.stop(true)
  rmSync(home, { recursive: true })
  expect(thrown).toBeInstanceOf(CommandFailure)
  expect(recorded.output()).toContain('✗ this machine: not-running')
  expect(recorded.output()).toContain(`Port ${taken.port} (links to other nodes) belongs to another program.`)
})
