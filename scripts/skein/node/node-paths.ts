import { join } from 'node:path'

/** Where a node keeps its things. All paths are absolute. */
export interface NodePaths {
  /** The data directory, `SKEIN_HOME`. */
  readonly home: string
  readonly models: string
  readonly logs: string
  /** Mode 0700: sockets of the running node, and what other commands read about it. */
  readonly run: string
  /** Held by the process that runs the node. */
  readonly lock: string
  /** The `NodeRecord` of the running node. */
  readonly record: string
}

export const nodePaths = (home: string): NodePaths => {
  const run = join(home, 'run')
  return {
    home,
    models: join(home, 'models'),
    logs: join(home, 'logs'),
    run,
    lock: join(run, 'skein.lock'),
    record: join(run, 'skein.json'),
  }
}

/** The log of one service, or of the supervisor itself (`skein`). */
export const logPathOf = (paths: NodePaths, writer: string): string => join(paths.logs, `${writer}.log`)
