import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BenchProcess } from './bench-process.ts'
import { startBareProxy, startKeyedRouter, startUpstream } from './bench-servers.ts'
import { startNginx } from './nginx-proxy.ts'

export type TargetName = 'no proxy' | 'nginx' | 'bare proxy' | 'router'

/** A way to the service that does nothing. */
export interface BenchTarget {
  readonly name: TargetName
  readonly process: BenchProcess
}

export interface BenchTargets {
  /** In the order in which they take turns; without nginx where that is not installed. */
  readonly all: readonly BenchTarget[]
  /** A key of the router, sent to all of them: requests are the same then. */
  readonly secret: string
}

/** Starts the service and all that can stand in front of it, and ends them when the work is done. */
export const withTargets = async (work: (targets: BenchTargets) => Promise<void>): Promise<void> => {
  const directory = mkdtempSync(join(tmpdir(), 'skein-bench-'))
  const started: BenchProcess[] = []
  const keep = <Started extends BenchProcess>(process: Started): Started => {
    started.push(process)
    return process
  }
  try {
    const service = keep(await startUpstream(directory))
    const nginx = await startNginx(directory)
    if (nginx !== undefined) keep(nginx)
    else console.log('\nWithout nginx, which is not installed: apt-get install nginx-light')
    const bareProxy = keep(await startBareProxy(directory))
    const router = keep(await startKeyedRouter(directory))
    const all: BenchTarget[] = [
      { name: 'no proxy', process: service },
      ...(nginx === undefined ? [] : [{ name: 'nginx', process: nginx } as const]),
      { name: 'bare proxy', process: bareProxy },
      { name: 'router', process: router },
    ]
    await work({ all, secret: router.secret })
  } finally {
    for (const process of started.toReversed()) await process.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}
