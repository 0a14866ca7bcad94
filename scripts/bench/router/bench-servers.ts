import { join } from 'node:path'
import { eventually } from '@skein/tests/support/eventually.ts'
import { startBenchProcess } from './bench-process.ts'
import type { BenchProcess } from './bench-process.ts'

const READY = /^ready (\d+)/

/** The service that does nothing; its sockets are in the directory, its port is its other door. */
export const startUpstream = (directory: string, slotsPerModel = 4096): Promise<BenchProcess> =>
  startBenchProcess('scripts/bench/router/tiny-upstream.ts', {
    parameters: [directory, String(slotsPerModel)],
    portIn: READY,
  })

export const startBareProxy = (directory: string): Promise<BenchProcess> =>
  startBenchProcess('scripts/bench/router/bare-proxy.ts', {
    parameters: [join(directory, 'chat.sock')],
    environment: { BUN_CONFIG_MAX_HTTP_REQUESTS: '20000' },
    portIn: READY,
  })

/** The real router in front of the service, as it is started on a node; it knows the service's routes. */
export const startRouter = async (directory: string): Promise<BenchProcess> => {
  const socketOf = (service: string): string => `${service}=unix:${join(directory, service)}.sock`
  const router = await startBenchProcess('services/router/main.ts', {
    environment: {
      SKEIN_HOME: directory,
      ROUTER_PORT: '0',
      ROUTER_SERVICES: [socketOf('chat'), socketOf('model-store')].join(','),
    },
    portIn: /"port":(\d+).*"msg":"ready"/,
  })
  await eventually('the router knows the service', async () => {
    const reply = await fetch(`http://127.0.0.1:${router.port}/v1/chat/completions`, {
      method: 'POST',
      body: '{}',
    })
    await reply.arrayBuffer()
    return reply.status === 200
  })
  return router
}
