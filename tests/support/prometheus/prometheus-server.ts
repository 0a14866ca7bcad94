import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startChildProcess } from '@shared/process/child-process.ts'
import { eventually } from '../eventually.ts'
import { freePort } from '../free-port.ts'
import { PROMETHEUS_FOLDER } from './operator-queries.ts'

/** A series that a query found. */
export interface FoundSeries {
  readonly metric: Readonly<Record<string, string>>
  readonly value: readonly [number, string]
}

/** A real Prometheus with the configuration of `deploy/prometheus`, at one node instead of its example. */
export interface PrometheusServer {
  /** @throws Error with what Prometheus says about the query */
  query(query: string): Promise<readonly FoundSeries[]>
  /** What it says of its target: `up`, or why not. */
  targetHealth(): Promise<string>
  /** Rules that it could not evaluate, with the reason. */
  brokenRules(): Promise<readonly string[]>
  stop(): Promise<void>
}

export const HAS_PROMETHEUS = Bun.which('prometheus') !== null && Bun.which('promtool') !== null

/** The folder of `deploy/prometheus`, copied, with a key in it and a node as its target. */
export const copyConfiguration = (target: string, key: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'skein-prometheus-'))
  cpSync(PROMETHEUS_FOLDER, folder, { recursive: true })
  writeFileSync(join(folder, 'skein-metrics.key'), `${key}\n`, { mode: 0o600 })
  const path = join(folder, 'prometheus.yml')
  const config = Bun.YAML.parse(readFileSync(path, 'utf8')) as {
    global: Record<string, string>
    scrape_configs: { static_configs: { targets: string[] }[] }[]
  }
  config.global = { scrape_interval: '1s', evaluation_interval: '1s' }
  for (const job of config.scrape_configs) job.static_configs = [{ targets: [target] }]
  // YAML reads JSON.
  writeFileSync(path, JSON.stringify(config))
  return folder
}

export const startPrometheus = async (folder: string): Promise<PrometheusServer> => {
  const port = freePort()
  const lines: string[] = []
  const process = startChildProcess({
    command: [
      'prometheus',
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ],
    environment: { PATH: Bun.env['PATH'], TMPDIR: tmpdir() },
    onLine: (line) => void lines.push(line),
  })
  const url = `http://127.0.0.1:${port}`
  const stop = async (): Promise<void> => {
    await process.stop(10_000)
    rmSync(folder, { recursive: true, force: true })
  }
  const ask = async <Data>(path: string): Promise<Data> => {
    const reply = (await (await fetch(`${url}${path}`)).json()) as {
      status: string
      error?: string
      data: Data
    }
    if (reply.status !== 'success') throw new Error(`${path}: ${reply.error}`)
    return reply.data
  }
  try {
    const isReady = async (): Promise<boolean> =>
      (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok === true
    await eventually('Prometheus is ready', isReady, 30_000)
  } catch (error) {
    await stop()
    throw new Error(`Prometheus did not start:\n${lines.join('\n')}`, { cause: error })
  }
  return {
    async query(query) {
      const data = await ask<{ result: FoundSeries[] }>(`/api/v1/query?query=${encodeURIComponent(query)}`)
      return data.result
    },
    async targetHealth() {
      type Targets = { activeTargets: { health: string; lastError: string }[] }
      const { activeTargets } = await ask<Targets>('/api/v1/targets')
      return activeTargets.map(({ health, lastError }) => `${health} ${lastError}`.trim()).join()
    },
    async brokenRules() {
      type Rules = { groups: { rules: { name: string; health: string; lastError?: string }[] }[] }
      const { groups } = await ask<Rules>('/api/v1/rules')
      const rules = groups.flatMap((group) => group.rules)
      if (rules.length === 0) return ['it knows no rules']
      return rules
        .filter(({ health }) => health === 'err')
        .map(({ name, lastError }) => `${name}: ${lastError}`)
    },
    stop,
  }
}
