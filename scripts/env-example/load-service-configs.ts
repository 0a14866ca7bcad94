import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { SERVICE_NAMES } from '@shared/contracts/service-name.ts'
import type { ServiceName } from '@shared/contracts/service-name.ts'
import { KindGuard } from '@sinclair/typebox'
import type { TObject } from '@sinclair/typebox'

export interface ServiceConfig {
  readonly service: ServiceName
  readonly schema: TObject
}

/** The config schemas of all services: `<Service>Config` in `services/<service>/config.ts`. @throws when one has none */
export const loadServiceConfigs = async (repository: string): Promise<readonly ServiceConfig[]> =>
  Promise.all(
    SERVICE_NAMES.map(async (service) => {
      const path = join(repository, 'services', service, 'config.ts')
      const exported: Record<string, unknown> = existsSync(path) ? await import(path) : {}
      const schema = exported[`${pascalCase(service)}Config`]
      if (!KindGuard.IsObject(schema))
        throw new Error(`${path} does not export ${pascalCase(service)}Config.`)
      return { service, schema }
    }),
  )

const pascalCase = (name: string): string =>
  name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
