import { constants } from 'node:fs'
import { access, readdir, stat } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { Fault } from '@shared/fault/fault.ts'

/** Where to look, in this order. */
export interface LlamaServerPlaces {
  /** The operator's own choice; empty: none. */
  readonly configuredPath: string
  /** The node's data directory. */
  readonly skeinHome: string
  /** A `PATH` to search instead of this process's own. */
  readonly searchPath?: string
}

export interface FoundLlamaServer {
  /** Absolute. */
  readonly path: string
  readonly origin: 'configured' | 'built' | 'search-path'
}

const BINARY = 'llama-server'

/** Where the llama-server of one version is kept: `<SKEIN_HOME>/backends/llama-server/<version>`. */
export const llamaServerDirectory = (skeinHome: string, version: string): string =>
  join(skeinHome, 'backends', BINARY, version)

/**
 * The llama-server to use: the configured one, else the newest that was built here, else the first on `PATH`.
 * @throws Fault `invalid_request` when the configured path is no program: falling back would hide the mistake
 */
export const findLlamaServer = async (places: LlamaServerPlaces): Promise<FoundLlamaServer | undefined> => {
  const { configuredPath, searchPath, skeinHome } = places
  if (configuredPath !== '') {
    if (isAbsolute(configuredPath) && (await isProgram(configuredPath)))
      return { path: configuredPath, origin: 'configured' }
    throw new Fault(
      'invalid_request',
      `There is no program at '${configuredPath}': CHAT_LLAMA_SERVER takes the absolute path of a llama-server, or nothing.`,
      { param: 'CHAT_LLAMA_SERVER' },
    )
  }
  const built = await firstProgram(await builtPaths(skeinHome))
  if (built !== undefined) return { path: built, origin: 'built' }
  const found = Bun.which(BINARY, searchPath === undefined ? {} : { PATH: searchPath })
  return found !== null && isAbsolute(found) ? { path: found, origin: 'search-path' } : undefined
}

/** Newest version first; half-done builds end in `.part` and are no versions. */
const builtPaths = async (skeinHome: string): Promise<readonly string[]> => {
  const names = await readdir(join(skeinHome, 'backends', BINARY)).catch(() => [])
  const order = new Intl.Collator('en', { numeric: true })
  return names
    .filter((name) => /^\d[\w.-]*$/.test(name) && !name.endsWith('.part') && !name.endsWith('.old'))
    .toSorted((left, right) => order.compare(right, left))
    .map((version) => join(llamaServerDirectory(skeinHome, version), 'bin', BINARY))
}

const firstProgram = async (paths: readonly string[]): Promise<string | undefined> => {
  for (const path of paths) if (await isProgram(path)) return path
  return undefined
}

const isProgram = async (path: string): Promise<boolean> => {
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}
