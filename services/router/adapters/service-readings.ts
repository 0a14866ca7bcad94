import { INTERNAL_ROUTES } from '@shared/contracts/internal-routes.ts'
import type { ServiceAddress } from '@shared/contracts/service-address.ts'
import type { ServiceName } from '@shared/contracts/service-name.ts'
import type { ServiceDocument } from '../features/documentation/merge-openapi.ts'
import type { ServiceMetrics } from '../features/metrics/merge-metrics.ts'

/** A service that is busy for longer is left out of what is read from all of them. */
const READ_TIMEOUT_MS = 2000
/** More than this is no document of ours. */
const LONGEST_TEXT_BYTES = 8 * 1024 * 1024

export interface ServiceReadings {
  readonly readMetrics: () => Promise<readonly ServiceMetrics[]>
  readonly readDocuments: () => Promise<readonly ServiceDocument[]>
}

/** Reads what every service tells about itself; those that do not answer are left out. */
export const createServiceReadings = (
  addresses: ReadonlyMap<ServiceName, ServiceAddress>,
): ServiceReadings => {
  const readAll = async <Reading>(path: string, wrap: (service: ServiceName, text: string) => Reading) => {
    const readings = await Promise.allSettled(
      [...addresses].map(async ([service, address]) => wrap(service, await readText(address, path))),
    )
    return readings.flatMap((reading) => (reading.status === 'fulfilled' ? [reading.value] : []))
  }
  return {
    readMetrics: () => readAll(INTERNAL_ROUTES.metrics, (service, text) => ({ service, text })),
    readDocuments: () =>
      readAll(INTERNAL_ROUTES.openapi, (service, text) => ({
        service,
        document: JSON.parse(text) as unknown,
      })),
  }
}

const readText = async (address: ServiceAddress, path: string): Promise<string> => {
  const response = await fetch(`${address.type === 'unix' ? 'http://localhost' : address.url}${path}`, {
    signal: AbortSignal.timeout(READ_TIMEOUT_MS),
    ...(address.type === 'unix' ? { unix: address.path } : {}),
  })
  if (!response.ok) throw new Error(`It answered ${response.status}`)
  const text = await response.text()
  if (text.length > LONGEST_TEXT_BYTES) throw new Error('It answered too much')
  return text
}
