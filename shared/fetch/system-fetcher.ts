import { systemClock } from '@shared/process/clock.ts'
import type { FetchPolicy } from './fetch-policy.ts'
import { createForeignFetcher } from './foreign-fetcher.ts'
import type { ForeignFetcher } from './foreign-fetcher.ts'
import { systemResolver } from './name-resolver.ts'
import { createNodeConnector } from './node-connector.ts'

/** A fetcher over the network of this machine: its names, its connections, its clock. */
export const createSystemFetcher = (policy: FetchPolicy): ForeignFetcher =>
  createForeignFetcher(policy, {
    resolver: systemResolver,
    connector: createNodeConnector(),
    clock: systemClock,
  })
