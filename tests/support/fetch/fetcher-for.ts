import { createForeignFetcher } from '@shared/fetch/foreign-fetcher.ts'
import type { FetcherPorts } from '@shared/fetch/exchange-hop.ts'
import type { ForeignFetcher } from '@shared/fetch/foreign-fetcher.ts'
import { PUBLIC_ONLY } from '@shared/fetch/fetch-policy.ts'
import type { FetchLimits, FetchPolicy } from '@shared/fetch/fetch-policy.ts'
import { createNodeConnector } from '@shared/fetch/node-connector.ts'
import { systemClock } from '@shared/process/clock.ts'
import { createScriptedResolver } from './scripted-resolver.ts'

interface FetcherOptions {
  readonly policy?: Partial<Omit<FetchPolicy, 'limits'>>
  readonly limits?: Partial<FetchLimits>
  readonly ports?: Partial<FetcherPorts>
}

/** A fetcher with real connections; by default it reaches loopback as if a name of the operator were there. */
export const fetcherFor = ({ limits = {}, policy = {}, ports = {} }: FetcherOptions = {}): ForeignFetcher =>
  createForeignFetcher(
    {
      ...PUBLIC_ONLY,
      allowsPrivateNetwork: true,
      ...policy,
      limits: { ...PUBLIC_ONLY.limits, ...limits },
    },
    {
      connector: createNodeConnector(),
      clock: systemClock,
      resolver: createScriptedResolver({ 'pictures.test': [['127.0.0.1']] }),
      ...ports,
    },
  )
