import { opendir, realpath, stat } from 'node:fs/promises'
import type { Dirent, Stats } from 'node:fs'
import { join, relative, sep } from 'node:path'
import type { FoundFile } from '../features/catalogue/found-model.ts'
import type { ScanProblems } from './scan-problems.ts'

const DEEPEST_LEVEL = 10
/** Files and directories of one root; a models directory has a few hundred. */
const MOST_ENTRIES = 50_000

export interface WalkedFile extends FoundFile {
  /** From the walked root, with `/`. */
  readonly relativePath: string
  /** Where it really is; differs from `path` when links lead there. */
  readonly realPath: string
}

export interface WalkOptions {
  readonly root: string
  /** Links may lead anywhere in here; one that leads out is left alone. */
  readonly boundary: string
  readonly problems: ScanProblems
}

/**
 * All GGUF files below a directory, in the order of their paths. Bounded in depth and number; links that lead out of the
 * boundary or back into a directory on the way are not followed; what cannot be read is left out and told as a problem.
 */
export const walkModels = async (options: WalkOptions): Promise<readonly WalkedFile[]> => {
  const boundary = await realpathOrNone(options.boundary)
  if (boundary === undefined) return []
  const walk = new Walk(options, boundary)
  await walk.directory(options.root, 0)
  return walk.files
}

class Walk {
  readonly files: WalkedFile[] = []
  readonly #options: WalkOptions
  readonly #boundary: string
  readonly #visitedDirectories = new Set<string>()
  #entries = 0

  constructor(options: WalkOptions, boundary: string) {
    this.#options = options
    this.#boundary = boundary
  }

  async directory(path: string, level: number): Promise<void> {
    const real = await realpathOrNone(path)
    if (real === undefined || this.#visitedDirectories.has(real)) return
    this.#visitedDirectories.add(real)
    if (level > DEEPEST_LEVEL)
      return this.#options.problems.report(`${path} is nested too deeply; it is not scanned.`)
    for (const entry of await this.#list(path)) await this.#entry(join(path, entry.name), entry, level)
  }

  async #list(path: string): Promise<readonly Dirent[]> {
    const entries: Dirent[] = []
    try {
      for await (const entry of await opendir(path)) {
        if (++this.#entries > MOST_ENTRIES) {
          this.#options.problems.report(
            `${this.#options.root} has more than ${MOST_ENTRIES} entries; the rest is not scanned.`,
          )
          break
        }
        if (!entry.name.startsWith('.')) entries.push(entry)
      }
    } catch (error) {
      this.#options.problems.report(`${path} cannot be read (${codeOf(error)}); it is not scanned.`)
    }
    return entries.toSorted((left, right) => (left.name < right.name ? -1 : 1))
  }

  async #entry(path: string, entry: Dirent, level: number): Promise<void> {
    if (entry.isDirectory()) return this.directory(path, level + 1)
    if (entry.isSymbolicLink() || (entry.isFile() && isModelName(entry.name)))
      await this.#fileOrLink(path, entry.name, level)
  }

  async #fileOrLink(path: string, name: string, level: number): Promise<void> {
    const realPath = await this.#realPathInside(path)
    if (realPath === undefined) return
    const found = await statOrNone(realPath)
    if (found?.isDirectory()) await this.directory(path, level + 1)
    else if (found?.isFile() && isModelName(name)) this.#add(path, realPath, found)
  }

  /** Undefined for a link to nothing or out of the boundary. */
  async #realPathInside(path: string): Promise<string | undefined> {
    const realPath = await realpathOrNone(path)
    if (realPath === undefined || isInside(realPath, this.#boundary)) return realPath
    this.#options.problems.report(`${path} leads out of ${this.#options.boundary}; it is not followed.`)
    return undefined
  }

  #add(path: string, realPath: string, found: Stats): void {
    const relativePath = relative(this.#options.root, path).replaceAll(sep, '/')
    this.files.push({ ...fileOf(path, found), relativePath, realPath })
  }
}

const isModelName = (name: string): boolean => name.toLowerCase().endsWith('.gguf')

export const fileOf = (path: string, found: Stats): FoundFile => ({
  path,
  sizeBytes: found.size,
  modifiedMs: Math.floor(found.mtimeMs),
  inode: String(found.ino),
})

export const isInside = (path: string, directory: string): boolean =>
  path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep)

export const realpathOrNone = (path: string): Promise<string | undefined> =>
  realpath(path).catch(() => undefined)

const statOrNone = (path: string): Promise<Stats | undefined> => stat(path).catch(() => undefined)

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
