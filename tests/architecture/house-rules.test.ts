import { expect, test } from 'bun:test'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { REPOSITORY, sourceFiles } from '../support/source-files.ts'

const readJson = (path: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(REPOSITORY, path), 'utf8'))

test('the linter holds the budgets of the house', () => {
  const { rules } = readJson('scripts/oxlint.json') as { rules: Record<string, unknown> }
  expect(rules).toMatchObject({
    'max-lines': ['error', { max: 250 }],
    'max-lines-per-function': ['error', { max: 50 }],
    'max-params': ['error', { max: 4 }],
    'max-depth': ['error', { max: 3 }],
    complexity: ['error', { max: 10 }],
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'import/no-default-export': 'error',
    'import/no-cycle': 'error',
    'oxc/no-barrel-file': 'error',
  })
})

test('the compiler is as strict as it can be', () => {
  const { compilerOptions } = readJson('tsconfig.json')
  expect(compilerOptions).toMatchObject({
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    verbatimModuleSyntax: true,
  })
})

test('no rule of the linter is switched off in the product', () => {
  const switched = sourceFiles('services', 'shared').filter(({ text }) =>
    /(oxlint|eslint)-disable|@ts-(ignore|nocheck)/.test(text),
  )
  expect(switched.map(({ path }) => path)).toEqual([])
})

test('`as` in the product has its reason beside it', () => {
  const harmless = /\bas (const|Record|\{|typeof)|import|export|\* as |satisfies/
  const bare = sourceFiles('services', 'shared').flatMap(({ path, text }) => {
    const lines = text.split('\n')
    return lines.flatMap((line, index) => {
      const code = line.replace(/\/\/.*$/, '').replaceAll(/(['"`]).*?\1/g, '')
      const isAssertion =
        /[\w)\]}] as [A-Z]/.test(code) && !harmless.test(code) && !code.trimStart().startsWith('*')
      const hasReason = lines
        .slice(Math.max(0, index - 3), index + 1)
        .some((near) => near.includes('//') || near.includes('*'))
      return isAssertion && !hasReason ? [`${path}:${index + 1}: ${line.trim()}`] : []
    })
  })
  expect(bare).toEqual([])
})

test('every dependency is pinned to one version', () => {
  const loose = [
    '.',
    'scripts',
    'tests',
    ...readdirSync(join(REPOSITORY, 'services')).map((name) => `services/${name}`),
    ...readdirSync(join(REPOSITORY, 'shared')).map((name) => `shared/${name}`),
  ].flatMap((folder) => {
    const manifest = readJson(join(folder, 'package.json')) as Record<
      string,
      Record<string, string> | undefined
    >
    return ['dependencies', 'devDependencies'].flatMap((kind) =>
      Object.entries(manifest[kind] ?? {})
        .filter(([, version]) => !/^(\d+\.\d+\.\d+\S*|workspace:\*)$/.test(version))
        .map(([name, version]) => `${folder}: ${name}@${version}`),
    )
  })
  expect(loose).toEqual([])
})

test('titles of tests are sentences, not names of functions', () => {
  const titles = sourceFiles('tests').flatMap(({ path, text }) =>
    [...text.matchAll(/^\s*test\(\s*['"`]([^'"`]+)['"`]/gm)].map((match) => `${path}: ${match[1]}`),
  )
  expect(titles.filter((title) => !title.slice(title.indexOf(': ') + 2).includes(' '))).toEqual([])
})
