import { join } from 'node:path'
import type { ServiceName } from '@shared/contracts/service-name.ts'
import { startChildProcess } from '@shared/process/child-process.ts'
import type { ChildProcess } from '@shared/process/child-process.ts'

/** Root of the checkout that this program belongs to. */
export const REPOSITORY = join(import.meta.dir, '..', '..', '..')

/**
 * Starts a service as a child. The message channel carries nothing: when it breaks, the service knows that its
 * supervisor is gone and ends.
 */
export const launchService = (
  service: ServiceName,
  environment: Readonly<Record<string, string | undefined>>,
  onLine: (line: string) => void,
): ChildProcess =>
  startChildProcess({
    command: [process.execPath, join(REPOSITORY, 'services', service, 'main.ts')],
    environment,
    workingDirectory: REPOSITORY,
    ownProcessGroup: true,
    onMessage: () => undefined,
    onLine,
  })
