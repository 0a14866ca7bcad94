import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createOllamaFinder } from '@service/model-store/scanners/ollama-finder.ts'

let root = ''
let problems: string[] = []
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'skein-ollama-')))
  problems = []
  mkdirSync(join(root, 'blobs'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const find = () => createOllamaFinder(root, { report: (sentence) => void problems.push(sentence) }).find()

const blob = (kind: string, content: string) => {
  const sha256 = new Bun.CryptoHasher('sha256').update(content).digest('hex')
  writeFileSync(join(root, 'blobs', `sha256-${sha256}`), content)
  return {
    mediaType: `application/vnd.ollama.image.${kind}`,
    digest: `sha256:${sha256}`,
    size: content.length,
  }
}

const manifest = (name: string, content: unknown): void => {
  const path = join(root, 'manifests', name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
}

const layers = (...list: readonly unknown[]) => ({ schemaVersion: 2, layers: list })

test('a model of the library is called by its name, with the texts beside its weights', async () => {
  const weights = blob('model', 'weights')
  manifest(
    'registry.ollama.ai/library/llama3.2/latest',
    layers(
      weights,
      blob('template', '{{ .Prompt }}'),
      blob('license', 'MIT'),
      blob('params', '{"stop":["<a>","<b>"],"temperature":0.5}'),
    ),
  )
  const [model, ...others] = await find()
  expect(others).toEqual([])
  expect(model).toMatchObject({
    source: 'ollama',
    isOwned: false,
    name: 'llama3.2',
    aliases: ['llama3.2:latest'],
    license: 'MIT',
    template: '{{ .Prompt }}',
  })
  expect(model!.files[0].promisedSha256).toBe(weights.digest.slice(7))
  expect(model!.files[0].path).toBe(join(root, 'blobs', `sha256-${weights.digest.slice(7)}`))
  expect(model!.parameters!.split('\n').map((line) => line.split(/\s+/))).toEqual([
    ['stop', '"<a>"'],
    ['stop', '"<b>"'],
    ['temperature', '0.5'],
  ])
})

test('tags, owners and other registries are part of the name', async () => {
  manifest('registry.ollama.ai/library/llama3.2/1b', layers(blob('model', 'one')))
  manifest('registry.ollama.ai/acme/tiny/latest', layers(blob('model', 'two')))
  manifest('hf.co/Acme/Tiny-GGUF/Q4_K_M', layers(blob('model', 'three')))
  const found = (await find()).map(({ name, aliases, repository }) => ({ name, aliases, repository }))
  expect(found).toContainEqual({ name: 'llama3.2:1b', aliases: ['llama3.2:1b'], repository: undefined })
  expect(found).toContainEqual({ name: 'acme/tiny', aliases: ['acme/tiny:latest'], repository: undefined })
  expect(found).toContainEqual({
    name: 'Acme/Tiny-GGUF:Q4_K_M',
    aliases: ['Acme/Tiny-GGUF:Q4_K_M', 'hf.co/Acme/Tiny-GGUF:Q4_K_M'],
    repository: 'Acme/Tiny-GGUF',
  })
})

test('two tags of the same weights are one model, called by its plainest tag', async () => {
  manifest('registry.ollama.ai/library/llama3.2/latest', layers(blob('model', 'same')))
  manifest('registry.ollama.ai/library/llama3.2/3b', layers(blob('model', 'same')))
  expect(await find()).toMatchObject([{ name: 'llama3.2:3b', aliases: ['llama3.2:3b', 'llama3.2:latest'] }])
})

test('manifests that are none, name no weights or weights that are not there are left out', async () => {
  manifest('registry.ollama.ai/library/text/latest', 'not json')
  manifest(
    'registry.ollama.ai/library/evil/latest',
    layers({ mediaType: 'x', digest: 'sha256:../../etc', size: 1 }),
  )
  manifest('registry.ollama.ai/library/huge/latest', ' '.repeat(2 * 1024 * 1024))
  manifest('registry.ollama.ai/library/empty/latest', layers())
  manifest(
    'registry.ollama.ai/library/absent/latest',
    layers({ mediaType: 'application/vnd.ollama.image.model', digest: `sha256:${'0'.repeat(64)}`, size: 1 }),
  )
  expect(await find()).toEqual([])
  expect(problems).toHaveLength(3)
})

test('a blob that leads out of the cache is not followed', async () => {
  const outside = realpathSync(mkdtempSync(join(tmpdir(), 'skein-outside-')))
  writeFileSync(join(outside, 'secret'), 'secret')
  const digest = 'f'.repeat(64)
  symlinkSync(join(outside, 'secret'), join(root, 'blobs', `sha256-${digest}`))
  const link = { mediaType: 'application/vnd.ollama.image.model', digest: `sha256:${digest}`, size: 6 }
  manifest('registry.ollama.ai/library/evil/latest', layers(link))
  manifest(
    'registry.ollama.ai/library/license/latest',
    layers(blob('model', 'fine'), { ...link, mediaType: 'application/vnd.ollama.image.license' }),
  )
  const found = await find()
  expect(found.map(({ name, license }) => [name, license])).toEqual([['license', undefined]])
  rmSync(outside, { recursive: true })
})
