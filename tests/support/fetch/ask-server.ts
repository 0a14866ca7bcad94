import type { Socket } from 'node:net'
import type { FetchLimits } from '@shared/fetch/fetch-policy.ts'
import type { ForeignRequest } from '@shared/fetch/foreign-fetcher.ts'
import { eventually } from '../eventually.ts'
import { createManualClock } from '../manual-clock.ts'
import { fetcherFor } from './fetcher-for.ts'
import { startRawServer } from './raw-server.ts'
import type { RawServer } from './raw-server.ts'

export const KILOBYTE = 1024
export const MEGABYTE = KILOBYTE * KILOBYTE

const servers: RawServer[] = []

/** Stops the servers of the test that has ended. */
export const stopServers = async (): Promise<void> => {
  await Promise.all(servers.splice(0).map((server) => server.stop()))
}

export interface Asking {
  readonly limits?: Partial<FetchLimits>
  readonly request?: Partial<ForeignRequest>
  readonly scheme?: 'http' | 'https'
  readonly contentTypes?: readonly string[]
}

/** What a fetcher makes of a server that answers so. */
export const ask = async (
  answer: (socket: Socket) => void,
  { contentTypes, limits, request, scheme = 'http' }: Asking = {},
) => {
  const clock = createManualClock()
  const server = await startRawServer(answer)
  servers.push(server)
  const fetcher = fetcherFor({
    ports: { clock },
    ...(limits === undefined ? {} : { limits }),
    ...(contentTypes === undefined ? {} : { policy: { allowedContentTypes: contentTypes } }),
  })
  const reply = fetcher.fetch({
    url: `${scheme}://pictures.test:${server.port}/`,
    param: 'audio_url',
    ...request,
  })
  // A failure before the test looks is no unhandled one.
  reply.catch(() => undefined)
  return { clock, server, reply, bytes: async () => (await reply).bytes() }
}

/** Sends for ever, as fast as it is read. */
export const endless = (head: string, piece: Uint8Array) => (socket: Socket) => {
  socket.write(head)
  const go = (): void => {
    while (!socket.destroyed) {
      if (!socket.write(piece)) return void socket.once('drain', go)
    }
  }
  go()
}

export const expectClosed = ({ server }: { server: RawServer }) =>
  eventually('the connection is closed', () => server.closed === server.connections)
