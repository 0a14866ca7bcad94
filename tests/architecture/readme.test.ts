import { describe, expect, test } from 'bun:test'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { REPOSITORY } from '../support/source-files.ts'

const read = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8')

/** Paths of source files between backticks. */
const filesNamedIn = (markdown: string): string[] =>
  [...markdown.matchAll(/`((?:[\w.-]+\/)+[\w.-]+\.(?:ts|json|md|toml))`/g)].map((match) => match[1] ?? '')

const traceOf = (markdown: string): string => {
  const [, rest = ''] = markdown.split('## One chat, file by file')
  return rest.split('\n## ')[0] ?? ''
}

const SERVICES = readdirSync(join(REPOSITORY, 'services'))

describe('the README', () => {
  test('begins with the two commands', () => {
    const [first = ''] = read('README.md').split('\n## ')
    expect(first).toContain('./scripts/start')
    expect(first).toContain('./scripts/test')
  })

  test('traces one chat through at most 11 files, and they exist', () => {
    const files = filesNamedIn(traceOf(read('README.md')))
    expect(files.length).toBeGreaterThan(5)
    expect(files.length).toBeLessThanOrEqual(11)
    expect(files.filter((path) => !existsSync(join(REPOSITORY, path)))).toEqual([])
  })

  test('names no file that is not there', () => {
    const missing = ['README.md', 'CONTRIBUTING.md'].flatMap((page) =>
      filesNamedIn(read(page)).filter((path) => !existsSync(join(REPOSITORY, path))),
    )
    expect(missing).toEqual([])
  })
})

describe.each(SERVICES)('the README of %s', (service) => {
  const page = join('services', service, 'README.md')

  test('is short', () => {
    expect(read(page).trimEnd().split('\n').length).toBeLessThanOrEqual(30)
  })

  test('traces a request by files that exist', () => {
    const files = filesNamedIn(read(page))
    const isThere = (path: string): boolean =>
      existsSync(join(REPOSITORY, 'services', service, path)) || existsSync(join(REPOSITORY, path))
    expect(files.length).toBeGreaterThan(3)
    expect(files.filter((path) => !isThere(path))).toEqual([])
  })
})
