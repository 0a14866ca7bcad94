import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { envExample } from '../../scripts/env-example/env-example.ts'
import { loadServiceConfigs } from '../../scripts/env-example/load-service-configs.ts'
import { REPOSITORY } from '../support/source-files.ts'

test('deploy/.env.example names every variable of every service; `bun run env:example` writes it', async () => {
  const written = await Bun.file(join(REPOSITORY, 'deploy', '.env.example')).text()
  expect(written).toBe(envExample(await loadServiceConfigs(REPOSITORY)))
})

test('a service, or a large part of one, has at most twenty variables, each with its prefix and a description', async () => {
  for (const { part, schema } of await loadServiceConfigs(REPOSITORY)) {
    const prefix = `${part.toUpperCase().replaceAll('-', '_')}_`
    const names = Object.keys(schema.properties)
    expect(names.length).toBeLessThanOrEqual(20)
    expect(names.filter((name) => !name.startsWith(prefix) && !name.startsWith('SKEIN_'))).toEqual([])
    expect(names.filter((name) => (schema.properties[name]?.description ?? '') === '')).toEqual([])
  }
})
