import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { CommandFailure } from '../terminal/command-failure.ts'
import { REPOSITORY } from './launch-service.ts'
import { logPathOf, nodePaths } from './node-paths.ts'
import { findRunningNode } from './node-record.ts'
import type { NodeRecord } from './node-record.ts'

export interface DetachedStart {
  readonly home: string
  /** Words after `skein up`. */
  readonly arguments: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Longer than a service may take to answer. */
const READY_WITHIN_MS = 120_000
const LOOK_EVERY_MS = 50
const LOG_LIMIT_BYTES = 1_000_000

/**
 * Runs `skein up` in the background, in a session of its own, so that it outlives this terminal. Resolves when the node
 * is ready. @throws CommandFailure with what it said when it ended instead
 */
export const startDetached = async (start: DetachedStart): Promise<NodeRecord> => {
  const paths = nodePaths(start.home)
  mkdirSync(paths.logs, { recursive: true, mode: 0o700 })
  const logPath = logPathOf(paths, 'skein')
  makeRoom(logPath)
  const log = openSync(logPath, 'a', 0o600)
  const logStart = statSync(logPath).size
  const child = Bun.spawn(
    [process.execPath, join(REPOSITORY, 'scripts/skein/main.ts'), 'up', ...start.arguments],
    {
      env: { ...start.environment },
      detached: true,
      stdio: ['ignore', log, log],
    },
  )
  closeSync(log)
  child.unref()
  const deadline = performance.now() + READY_WITHIN_MS
  while (performance.now() < deadline && child.exitCode === null && child.signalCode === null) {
    const node = findRunningNode(paths)
    if (node?.pid === child.pid && node.state === 'ready') return node
    await Bun.sleep(LOOK_EVERY_MS)
  }
  child.kill('SIGTERM')
  throw new CommandFailure(`The node did not start:\n${readFrom(logPath, logStart)}`, {
    nextStep: `More is in ${paths.logs}`,
  })
}

const makeRoom = (path: string): void => {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size > LOG_LIMIT_BYTES) renameSync(path, `${path}.1`)
}

const readFrom = (path: string, start: number): string =>
  readFileSync(path).subarray(start).toString().trimEnd()
