import { open, opendir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { FoundModel, ModelFinder } from '../features/catalogue/found-model.ts'
import { layerDigest, parametersText, parseOllamaManifest } from './ollama-manifest.ts'
import type { OllamaManifest } from './ollama-manifest.ts'
import type { ScanProblems } from './scan-problems.ts'
import { fileOf, isInside, realpathOrNone } from './walk-models.ts'

const DEFAULT_REGISTRY = 'registry.ollama.ai'
const DEFAULT_NAMESPACE = 'library'
const DEFAULT_TAG = 'latest'
/** registry / namespace / name / tag */
const MANIFEST_LEVELS = 4
const MOST_MANIFESTS = 5000
const MOST_ENTRIES_IN_DIRECTORY = 5000
/** Licenses and templates are texts of some kilobytes; manifests too. */
const LARGEST_TEXT_BYTES = 1024 * 1024

/** Finds the models of an Ollama: `manifests/registry/namespace/name/tag` lists layers that lie in `blobs/sha256-…`. */
export const createOllamaFinder = (root: string, problems: ScanProblems): ModelFinder => ({
  root,
  async find() {
    const realRoot = await realpathOrNone(root)
    if (realRoot === undefined) return []
    const byWeights = new Map<string, FoundModel>()
    for (const names of await listManifests(join(root, 'manifests'))) {
      const model = await readModel({ root, realRoot, names, problems })
      if (model === undefined) continue
      const known = byWeights.get(model.files[0].path)
      // Several names for the same weights are one model.
      if (known === undefined) byWeights.set(model.files[0].path, model)
      else byWeights.set(known.files[0].path, { ...known, aliases: [...known.aliases, ...model.aliases] })
    }
    return [...byWeights.values()]
  },
})

interface ManifestPlace {
  readonly root: string
  readonly realRoot: string
  readonly names: readonly string[]
  readonly problems: ScanProblems
}

/** Paths of manifests as their four names; `latest` last, so that a model is called by its plainest tag. */
const listManifests = async (directory: string): Promise<readonly (readonly string[])[]> => {
  let paths: (readonly string[])[] = [[]]
  for (let level = 0; level < MANIFEST_LEVELS; level++) {
    const next: (readonly string[])[] = []
    for (const names of paths.slice(0, MOST_MANIFESTS)) {
      for (const name of await list(join(directory, ...names), level === MANIFEST_LEVELS - 1))
        next.push([...names, name])
    }
    paths = next
  }
  const isLatest = (names: readonly string[]) => (names[3] === DEFAULT_TAG ? 1 : 0)
  return paths.slice(0, MOST_MANIFESTS).toSorted((left, right) => isLatest(left) - isLatest(right))
}

const list = async (path: string, isWantingFiles: boolean): Promise<readonly string[]> => {
  const names: string[] = []
  try {
    for await (const entry of await opendir(path)) {
      if (names.length >= MOST_ENTRIES_IN_DIRECTORY) break
      const isWanted = isWantingFiles ? entry.isFile() : entry.isDirectory()
      if (isWanted && !entry.name.startsWith('.')) names.push(entry.name)
    }
  } catch {
    // Not there, or not ours to read: an empty place.
  }
  return names.toSorted()
}

const readModel = async (place: ManifestPlace): Promise<FoundModel | undefined> => {
  const { root, names, problems } = place
  const path = join(root, 'manifests', ...names)
  const manifest = parseOllamaManifest((await readText(place, path)) ?? '')
  if (manifest === undefined) {
    problems.report(`${path} is not an Ollama manifest; it is left out.`)
    return undefined
  }
  const weights = layerDigest(manifest, 'model')
  const blob = weights === undefined ? undefined : await realBlob(place, weights)
  if (weights === undefined || blob === undefined) return undefined
  const found = await stat(blob).catch(() => undefined)
  if (!found?.isFile()) return undefined
  return {
    source: 'ollama',
    isOwned: false,
    ...namesOf(names),
    files: [{ ...fileOf(join(root, 'blobs', `sha256-${weights}`), found), promisedSha256: weights }],
    ...(await readTexts(place, manifest)),
  }
}

/** `library/llama3.2:latest` of Ollama's own registry is called `llama3.2`; others keep their owner and tag. */
const namesOf = (
  names: readonly string[],
): { readonly name: string; readonly aliases: readonly string[]; readonly repository?: string } => {
  const [registry, namespace, model, tag] = names
  const isOfOllama = registry === DEFAULT_REGISTRY
  const owned = isOfOllama && namespace === DEFAULT_NAMESPACE ? `${model}` : `${namespace}/${model}`
  const full = `${owned}:${tag}`
  const name = tag === DEFAULT_TAG ? owned : full
  if (isOfOllama) return { name, aliases: [full] }
  return { name, aliases: [full, `${registry}/${full}`], repository: owned }
}

const readTexts = async (
  place: ManifestPlace,
  manifest: OllamaManifest,
): Promise<{ license?: string; template?: string; parameters?: string }> => {
  const layer = async (kind: string): Promise<string | undefined> => {
    const digest = layerDigest(manifest, kind)
    return digest === undefined ? undefined : readText(place, join(place.root, 'blobs', `sha256-${digest}`))
  }
  const license = await layer('license')
  const template = await layer('template')
  const parameters = parametersText((await layer('params')) ?? '')
  return {
    ...(license === undefined ? {} : { license }),
    ...(template === undefined ? {} : { template }),
    ...(parameters === undefined ? {} : { parameters }),
  }
}

/** A blob may be a link, but not one that leads out of the cache. */
const realBlob = async ({ root, realRoot, problems }: ManifestPlace, digest: string) => {
  const path = join(root, 'blobs', `sha256-${digest}`)
  const real = await realpathOrNone(path)
  if (real === undefined || isInside(real, realRoot)) return real
  problems.report(`${path} leads out of ${root}; it is not followed.`)
  return undefined
}

/** A small text of this cache; undefined when it is missing, too large or outside. */
const readText = async ({ realRoot }: ManifestPlace, path: string): Promise<string | undefined> => {
  const real = await realpathOrNone(path)
  if (real === undefined || !isInside(real, realRoot)) return undefined
  const file = await open(real, 'r').catch(() => undefined)
  if (file === undefined) return undefined
  try {
    const { size } = await file.stat()
    return size > LARGEST_TEXT_BYTES ? undefined : await file.readFile('utf8')
  } catch {
    return undefined
  } finally {
    await file.close()
  }
}
