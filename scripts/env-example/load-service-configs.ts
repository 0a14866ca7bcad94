import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { SERVICE_NAMES } from '@shared/contracts/service-name.ts'
import { KindGuard } from '@sinclair/typebox'
import type { TObject } from '@sinclair/typebox'

/** The variables of one service, or of one large part of it. */
export interface ServiceConfig {
  /** `router`, `cluster`: what the variables begin with. */
  readonly part: string
  readonly schema: TObject
}

const SUFFIX = 'Config'

/**
 * The config schemas of all services: what `services/<service>/config.ts` exports as `<Service>Config` and
 * `<Part>Config`. @throws when a service has none
 */
export const loadServiceConfigs = async (repository: string): Promise<readonly ServiceConfig[]> => {
  const configs = await Promise.all(SERVICE_NAMES.map((service) => loadConfigs(repository, service)))
  return configs.flat()
}

const loadConfigs = async (repository: string, service: string): Promise<readonly ServiceConfig[]> => {
  const path = join(repository, 'services', service, 'config.ts')
  const exported: Record<string, unknown> = existsSync(path) ? await import(path) : {}
  const configs = Object.entries(exported).flatMap(([name, schema]) =>
    name.endsWith(SUFFIX) && KindGuard.IsObject(schema)
      ? [{ part: kebabCase(name.slice(0, -SUFFIX.length)), schema }]
      : [],
  )
  if (!configs.some(({ part }) => part === service))
    throw new Error(`${path} does not export the config of ${service}.`)
  return configs.toSorted((one, other) => Number(other.part === service) - Number(one.part === service))
}

const kebabCase = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter, at) => (at === 0 ? '' : '-') + letter.toLowerCase())
