import { expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { REPOSITORY, sourceFiles } from '../support/source-files.ts'

const EVERYWHERE = ['services', 'shared', 'scripts', 'tests']
const NAMED_FOR_NOTHING = /^(index|utils?|helpers?|common|misc|types?|constants?)\.ts$/
/** Names that a file may share with others: the fixed parts of a service, and command-line entries. */
const SHARED_NAMES = new Set(['main.ts', 'app.ts', 'config.ts', 'schema.ts'])

test('no file is named for nothing', () => {
  const drawers = sourceFiles(...EVERYWHERE).filter(({ path }) => NAMED_FOR_NOTHING.test(basename(path)))
  expect(drawers.map(({ path }) => path)).toEqual([])
})

test('a file name says which file: none occurs twice in the product', () => {
  const paths = new Map<string, string[]>()
  for (const { path } of sourceFiles('services', 'shared', 'scripts')) {
    const name = basename(path)
    if (!SHARED_NAMES.has(name)) paths.set(name, [...(paths.get(name) ?? []), path])
  }
  expect([...paths.values()].filter((same) => same.length > 1)).toEqual([])
})

test('every unit test mirrors a source file', () => {
  const orphans = sourceFiles('tests/unit')
    .map(({ path }) => path)
    .filter((path) => path.endsWith('.test.ts'))
    .filter((path) => {
      const source = path.slice('tests/unit/'.length).replace(/\.test\.ts$/, '.ts')
      return !existsSync(join(REPOSITORY, source)) && !existsSync(join(REPOSITORY, 'tests', source))
    })
  expect(orphans).toEqual([])
})

test('a service is made of the same parts as the others', () => {
  const services = [...new Set(sourceFiles('services').map(({ path }) => path.split('/')[1] ?? ''))]
  const missing = services.flatMap((service) =>
    ['main.ts', 'app.ts', 'config.ts', 'README.md', 'features']
      .map((part) => join('services', service, part))
      .filter((path) => !existsSync(join(REPOSITORY, path))),
  )
  expect(missing).toEqual([])
})
