import { expect } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodePaths } from '../../scripts/skein/node/node-paths.ts'
import { readNodeRecord } from '../../scripts/skein/node/node-record.ts'
import type { NodeRecord } from '../../scripts/skein/node/node-record.ts'
import { findMarkedProcesses } from '../../scripts/test-run/find-marked-processes.ts'
import { eventually } from '../support/eventually.ts'
import { writeTestModel } from '../support/gguf/test-models.ts'
import { runSkein } from './run-skein.ts'

const homes: string[] = []

/** A data directory of its own, with or without a model to begin with. */
export const newHome = async (model?: 'endless'): Promise<string> => {
  const home = mkdtempSync(join(tmpdir(), 'skein-life-'))
  homes.push(home)
  mkdirSync(join(home, 'models'))
  if (model !== undefined) await writeTestModel(model, join(home, 'models', `${model}.gguf`))
  return home
}

/** Runs `skein up --detach`, which returns when the node is ready. */
export const up = async (home: string, ...options: readonly string[]): Promise<NodeRecord> => {
  const { exitCode, stderr } = await runSkein(home, 'up', '--detach', '--port', '0', ...options)
  if (exitCode !== 0) throw new Error(`The node did not start: ${stderr}`)
  return recordOf(home)
}

/** What the running node wrote down about itself. */
export const recordOf = (home: string): NodeRecord => {
  const record = readNodeRecord(nodePaths(home).record)
  if (record === undefined) throw new Error(`No node runs on ${home}.`)
  return record
}

export const pidOf = (home: string, service: string): number =>
  recordOf(home).services.find(({ name }) => name === service)?.pid ?? 0

export const stateOf = (home: string, service: string): string | undefined =>
  recordOf(home).services.find(({ name }) => name === service)?.state

export const chat = (url: string, body: object = {}): Promise<Response> =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ messages: [{ role: 'user', content: 'Hello!' }], ...body }),
  })

/** A stream whose first piece has come. */
export const openStream = async (url: string, body: object) => {
  const response = await chat(url, { model: 'endless', stream: true, ...body })
  expect(response.status).toBe(200)
  const reader = response.body!.getReader()
  const first = await reader.read()
  const decoder = new TextDecoder()
  return {
    async rest(): Promise<string> {
      let text = decoder.decode(first.value, { stream: true })
      for (;;) {
        const { value, done } = await reader.read()
        if (done) return text
        text += decoder.decode(value, { stream: true })
      }
    },
  }
}

/** Waits until every process that was started on this data directory is gone. */
export const nothingIsLeft = (home: string): Promise<void> =>
  eventually(`no process of ${home} is left`, () => findMarkedProcesses(home).length === 0, 20_000)

/** Kills whatever the tests left behind, and removes their data directories. */
export const removeHomes = async (): Promise<void> => {
  for (const home of homes.splice(0)) {
    for (const { processId } of findMarkedProcesses(home)) {
      try {
        process.kill(processId, 'SIGKILL')
      } catch {
        // It ended by itself just now.
      }
    }
    await nothingIsLeft(home)
    rmSync(home, { recursive: true, force: true })
  }
}
