import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { AnyElysia } from 'elysia'

/** Time that requests of the owner get to finish; those at the public door had theirs by then. */
const DRAIN_MS = 4000

/**
 * Serves the node's own socket (mode 0600); the returned function ends that.
 * @param address `unix:/path`
 */
export const listenControl = (control: AnyElysia, address: string): (() => Promise<void>) => {
  const path = address.replace(/^unix:/, '')
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  rmSync(path, { force: true })
  // Elysia's types know only the TCP form; it hands the options to Bun.serve, which takes both.
  control.listen({ unix: path, idleTimeout: 0 } as object)
  chmodSync(path, 0o600)
  return async () => {
    const tooLong = setTimeout(() => void control.server?.stop(true), DRAIN_MS)
    await control.server?.stop(false)
    clearTimeout(tooLong)
  }
}
