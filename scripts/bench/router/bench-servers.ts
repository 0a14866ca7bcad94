import { join } from 'node:path'
import { eventually } from '@skein/tests/support/eventually.ts'
import { openKeyFile } from '../../skein/keys/first-key.ts'
import { openServiceLog } from '../../skein/node/service-log.ts'
import { startBenchProcess } from './bench-process.ts'
import type { BenchProcess } from './bench-process.ts'

const READY = /^ready (\d+)/

/** The router, and a key that it lets in. */
export interface KeyedRouter extends BenchProcess {
  readonly secret: string
}

/** The service that does nothing; its sockets are in the directory, its port is its other door. */
export const startUpstream = (directory: string, slotsPerModel = 4096): Promise<BenchProcess> =>
  startBenchProcess('scripts/bench/router/tiny-upstream.ts', {
    parameters: [directory, String(slotsPerModel)],
    portIn: READY,
  })

/** @param target a socket or a port; that of the service when absent */
export const startBareProxy = (
  directory: string,
  target = join(directory, 'chat.sock'),
): Promise<BenchProcess> =>
  startBenchProcess('scripts/bench/router/bare-proxy.ts', {
    parameters: [target],
    environment: { BUN_CONFIG_MAX_HTTP_REQUESTS: '20000' },
    portIn: READY,
  })

/**
 * The real router in front of the service, its lines in a file, as it is started on a node. Resolves when it knows the
 * service's routes.
 */
export const startRouter = (directory: string): Promise<BenchProcess> => start(directory, {}, {})

/** The same with everything on: it demands a key of everybody. */
export const startKeyedRouter = async (directory: string): Promise<KeyedRouter> => {
  const secret = await makeKey(directory)
  const headers = { authorization: `Bearer ${secret}` }
  return { ...(await start(directory, { ROUTER_REQUIRE_KEY: 'true' }, headers)), secret }
}

type Texts = Readonly<Record<string, string>>

/** @param headers of a request that it answers */
const start = async (directory: string, environment: Texts, headers: Texts): Promise<BenchProcess> => {
  const socketOf = (service: string): string => `${service}=unix:${join(directory, service)}.sock`
  const log = openServiceLog({
    directory: join(directory, 'logs'),
    name: 'router',
    onLost: (reason) => console.error(`The lines of the router are lost: ${reason}`),
  })
  const router = await startBenchProcess('services/router/main.ts', {
    environment: {
      ...environment,
      SKEIN_HOME: directory,
      ROUTER_PORT: '0',
      ROUTER_SERVICES: [socketOf('chat'), socketOf('model-store')].join(','),
    },
    portIn: /"port":(\d+).*"msg":"ready"/,
    onLine: (line) => log.write(line),
  })
  const stop = async (): Promise<void> => {
    await router.stop()
    await log.close()
  }
  await eventually('the router knows the service', () => answersChat(router.port, headers))
  return { ...router, stop }
}

const makeKey = async (home: string): Promise<string> => {
  const ring = await openKeyFile(home)
  const { secret } = await ring.create({
    label: 'bench',
    scopes: ['inference', 'metrics'],
    origins: [],
    routes: [],
    models: [],
    endpointId: null,
    expiresAt: null,
    requestsPerMinute: null,
    tokenBudget: null,
  })
  return secret
}

const answersChat = async (port: number, headers: Texts): Promise<boolean> => {
  const reply = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
    method: 'POST',
    headers,
    body: '{}',
  })
  await reply.arrayBuffer()
  return reply.status === 200
}
