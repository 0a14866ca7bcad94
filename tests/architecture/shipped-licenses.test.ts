import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { shippedPackages } from '../../scripts/licenses/shipped-packages.ts'
import { REPOSITORY } from '../support/source-files.ts'

test('GET /license names every package that ships; `bun run licenses` writes the list', async () => {
  const written: unknown = await Bun.file(
    join(REPOSITORY, 'services/router/adapters/shipped-packages.json'),
  ).json()
  expect(written).toEqual([...shippedPackages(REPOSITORY)])
})

test('every package that ships says under which licence', () => {
  const silent = shippedPackages(REPOSITORY).filter(({ license }) => license === 'unknown')
  expect(silent).toEqual([])
})
