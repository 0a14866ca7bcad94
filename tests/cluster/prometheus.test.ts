import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from '../support/eventually.ts'
import { dashboardQueries, PROMETHEUS_FOLDER } from '../support/prometheus/operator-queries.ts'
import {
  copyConfiguration,
  HAS_PROMETHEUS,
  startPrometheus,
} from '../support/prometheus/prometheus-server.ts'
import type { PrometheusServer } from '../support/prometheus/prometheus-server.ts'
import { startNode } from '../support/running-node.ts'
import type { RunningNode } from '../support/running-node.ts'
import { jsonOf } from '../support/wire-json.ts'

if (!HAS_PROMETHEUS) {
  console.warn(
    'SKIPPED: no Prometheus here, so deploy/prometheus and the dashboard were not tried against a real one. ' +
      '`apt-get install prometheus` (Debian, Ubuntu) or https://prometheus.io/download puts prometheus and promtool on the PATH.',
  )
}

/** Figures that come with the first failure, of which this node has none. */
const ONLY_AFTER_FAILURES = /skein_(model_load_failures|model_unloads)_total/

const promtool = (...command: readonly string[]): { readonly code: number; readonly output: string } => {
  const { exitCode, stderr, stdout } = Bun.spawnSync(['promtool', ...command], {
    cwd: PROMETHEUS_FOLDER,
    timeout: 30_000,
  })
  return { code: exitCode, output: `${stdout}${stderr}` }
}

describe.skipIf(!HAS_PROMETHEUS)('a real Prometheus', () => {
  let node: RunningNode
  let prometheus: PrometheusServer
  let folder: string

  beforeAll(async () => {
    node = await startNode()
    const { token } = await jsonOf(
      fetch(`${node.url}/v1/tokens`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ label: 'prometheus', scopes: ['metrics'] }),
      }),
    )
    folder = copyConfiguration(new URL(node.url).host, token)
    prometheus = await startPrometheus(folder)
  }, 90_000)
  afterAll(async () => {
    await prometheus?.stop()
    await node?.stop()
  })

  test('takes the configuration as it is, with its key beside it', () => {
    expect(promtool('check', 'config', join(folder, 'prometheus.yml'))).toMatchObject({ code: 0 })
    expect(promtool('check', 'config', '--syntax-only', 'prometheus.yml')).toMatchObject({ code: 0 })
  })

  test('finds that the alerts come when they should, and only then', () => {
    expect(promtool('test', 'rules', 'alerts-test.yml')).toMatchObject({ code: 0 })
  })

  test('finds nothing to complain about in the page of figures', async () => {
    const path = join(folder, 'page.txt')
    writeFileSync(path, await (await fetch(`${node.url}/metrics`)).text())
    const { exitCode, stderr, stdout } = Bun.spawnSync(['promtool', 'check', 'metrics'], {
      stdin: Bun.file(path),
      timeout: 30_000,
    })
    expect(`${stdout}${stderr}`).toBe('')
    expect(exitCode).toBe(0)
    rmSync(path)
  })

  test('scrapes the node with a key for figures', async () => {
    await eventually('the node was scraped', async () => (await prometheus.targetHealth()) === 'up')
    const [up] = await prometheus.query('up{job="skein"}')
    expect(up?.value[1]).toBe('1')
    await eventually('the rules were evaluated', async () => (await prometheus.brokenRules()).length === 0)
    // It looks for its targets only every five seconds.
  }, 30_000)

  test('answers every query of the dashboard, with the labels that its legend shows', async () => {
    const ask = (stream: boolean): Promise<string> =>
      fetch(`${node.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'known-answer', stream, messages: [{ role: 'user', content: 'Hi' }] }),
      }).then((reply) => reply.text())
    const queries = dashboardQueries().filter(({ query }) => !ONLY_AFTER_FAILURES.test(query))
    const unanswered = new Map(queries.map((one) => [one.query, one]))
    const askAll = async (): Promise<boolean> => {
      await Promise.all([ask(true), ask(false)])
      for (const { legendLabels, query } of unanswered.values()) {
        const found = await prometheus.query(query)
        const isNumber = found.some(({ value }) => value[1] !== 'NaN')
        const isLabelled = found.every(({ metric }) => legendLabels.every((label) => label in metric))
        if (isNumber && isLabelled) unanswered.delete(query)
      }
      return unanswered.size === 0
    }
    await eventually('every query has an answer', askAll, 20_000).catch((cause: unknown) => {
      const open = [...unanswered.values()].map(({ panel, query }) => `${panel}: ${query}`)
      throw new Error(`Without an answer:\n${open.join('\n')}`, { cause })
    })
    expect(unanswered.size).toBe(0)
  }, 40_000)

  test('understands the queries that are answered only after failures', async () => {
    for (const { query } of dashboardQueries().filter((one) => ONLY_AFTER_FAILURES.test(one.query)))
      expect(await prometheus.query(query)).toBeArray()
  })
})
