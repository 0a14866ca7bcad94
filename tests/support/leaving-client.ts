import { expect } from 'bun:test'
import { callApp } from './call-app.ts'
import { settled } from './manual-clock.ts'
import { createScriptedNode } from './scripted-node.ts'

/** A client that leaves in mid-stream stops the engine and frees it, in every dialect. */
export const expectStopInMidStream = async (path: string, body: object): Promise<void> => {
  const { app, driver, pool } = createScriptedNode()
  driver.script = { gate: (signal) => aborted(signal) }
  const response = await callApp(app, path, { json: { ...body, stream: true } })
  const reader = response.body!.getReader()
  await reader.read()
  await reader.cancel()
  await settled()
  expect(driver.signals[0]?.aborted).toBe(true)
  expect((await pool.reports())[0]?.activeRequests).toBe(0)
}

/** A client that leaves while a whole answer is made stops the engine and frees it, in every dialect. */
export const expectStopOfWholeAnswer = async (path: string, body: object): Promise<void> => {
  const { app, driver, pool } = createScriptedNode()
  const client = new AbortController()
  const { promise: started, resolve } = Promise.withResolvers<void>()
  driver.script = {
    gate: (signal) => {
      resolve()
      return aborted(signal)
    },
  }
  const response = callApp(app, path, { json: body, signal: client.signal })
  await started
  client.abort()
  expect((await response).status).toBe(499)
  expect(driver.signals[0]?.aborted).toBe(true)
  expect((await pool.reports())[0]?.activeRequests).toBe(0)
}

/** Waits until the signal fires, then throws its reason, as an engine does. */
const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
  })
