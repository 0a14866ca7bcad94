import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Fault } from '@shared/fault/fault.ts'

/** The source of llama.cpp that a llama-server is built from, with our patches to it. */
export interface LlamaServerSource {
  /** A git bundle of llama.cpp. */
  readonly bundlePath: string
  /** Absolute paths of the patches, in the order in which they apply. */
  readonly patchPaths: readonly string[]
  /** `0.5.0-skein.1`: llama.cpp's own version and the number of our patch set. */
  readonly version: string
}

/** Grows whenever the patches or the build flags change, so that a build of the old ones is not taken for the new. */
const PATCH_SET = 1

const PATCHES = fileURLToPath(new URL('patches', import.meta.url))

/** The source that comes with node-llama-cpp: the same llama.cpp as the built-in engine runs. */
export const bundledLlamaServerSource = async (): Promise<LlamaServerSource> => {
  const directory = fileURLToPath(new URL('../llama/', import.meta.resolve('node-llama-cpp')))
  const names = (await readdir(PATCHES)).filter((name) => name.endsWith('.patch')).toSorted()
  return {
    bundlePath: join(directory, 'gitRelease.bundle'),
    patchPaths: names.map((name) => join(PATCHES, name)),
    version: `${await readTag(join(directory, 'llama.cpp.info.json'))}-skein.${PATCH_SET}`,
  }
}

const readTag = async (path: string): Promise<string> => {
  const info: unknown = JSON.parse(await readFile(path, 'utf8'))
  const tag = typeof info === 'object' && info !== null && 'tag' in info ? info.tag : undefined
  if (typeof tag !== 'string' || !/^[\w.-]+$/.test(tag)) {
    throw new Fault('internal', `${path} does not say which llama.cpp it is.`)
  }
  return tag.replace(/^v(?=\d)/, '')
}
