import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { AnyElysia } from 'elysia'

/**
 * Serves the control plane on a Unix socket (mode 0600); the returned function ends that.
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
    await control.server?.stop(true)
  }
}
