import type { LinkTrouble } from '../../policy/cluster/link-trouble.ts'
import type { ProbeResult } from '../../policy/doctor/doctor-evidence.ts'
import { troubleOfConnect } from '../links/probe-route.ts'

const RESULT: Readonly<Partial<Record<LinkTrouble, ProbeResult>>> = {
  refused: 'refused',
  'no-route': 'no-route',
  'local-network-permission': 'local-network-permission',
}

/** Knocks at a port and hangs up. Never rejects; resolves in `withinMs`, or as soon as the system knows. */
export const probePort = (host: string, port: number, withinMs: number): Promise<ProbeResult> => {
  const { promise, resolve } = Promise.withResolvers<ProbeResult>()
  const beganAtMs = performance.now()
  const settle = async (code: string | undefined): Promise<void> => {
    const elapsedMs = performance.now() - beganAtMs
    resolve(RESULT[await troubleOfConnect(host, { code, elapsedMs })] ?? 'silent')
  }
  const timer = setTimeout(() => void settle(undefined), withinMs)
  Bun.connect({ hostname: host, port, socket: { data: () => undefined } }).then(
    (socket) => {
      resolve('connected')
      socket.terminate()
    },
    (error: unknown) =>
      void settle(error instanceof Error && 'code' in error ? String(error.code) : undefined),
  )
  return promise.finally(() => clearTimeout(timer))
}
