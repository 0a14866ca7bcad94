import { expect, test } from 'bun:test'
import { sourceFiles } from '../support/source-files.ts'
import type { SourceFile } from '../support/source-files.ts'

const code = (text: string): string => text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/\/\/.*$/gm, '')

const matches = (files: readonly SourceFile[], pattern: RegExp): string[] =>
  files.flatMap(({ path, text }) => [...code(text).matchAll(pattern)].map((match) => `${path}: ${match[0]}`))

const inPart = (part: string): readonly SourceFile[] =>
  sourceFiles('services').filter(({ path }) => path.split('/')[2] === part)

test('only main.ts reads the environment of the process', () => {
  const files = sourceFiles('services', 'shared').filter(({ path }) => !path.endsWith('main.ts'))
  expect(matches(files, /process\.env|Bun\.env/g)).toEqual([])
})

test('decisions and dialects have no clock, no randomness and no world', () => {
  const files = [...inPart('policy'), ...sourceFiles('shared/dialects', 'shared/inference', 'shared/fault')]
  const world =
    /Date\.now|new Date\(\)|performance\.now|Math\.random|crypto\.|setTimeout|setInterval|\bfetch\(|Bun\./g
  expect(matches(files, world)).toEqual([])
})

test('features reach the world through their ports alone', () => {
  expect(matches(inPart('features'), /\bfetch\(|Bun\.spawn|Bun\.serve|node:fs|new Database/g)).toEqual([])
})

test('errors are turned into Faults only where they leave the program', () => {
  const places = sourceFiles('services', 'shared')
    .filter(({ text }) => /\btoFault\(/.test(code(text)))
    .map(({ path }) => path)
  expect(places).toEqual([
    // A response lives on where no request waits for it: its failure is kept, or is a message of a socket.
    'services/chat/features/responses/play-response.ts',
    'services/chat/features/responses/response-socket.ts',
    'services/router/features/forwarding/refuse-visit.ts',
    'shared/http/faults-as.ts',
    'shared/http/stream-reply.ts',
  ])
})

test('nothing is written to the console by the product', () => {
  expect(matches(sourceFiles('services', 'shared'), /console\.\w+/g)).toEqual([])
})
