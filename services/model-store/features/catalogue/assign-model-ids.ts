import { parseModelId } from '@shared/dialects/model-name.ts'
import type { ModelId } from '@shared/inference/model-card.ts'

/** Room for a suffix within the 128 characters of an id. */
const LONGEST_NAME = 120

/** Words that follow `/models/` in the paths of some dialect; as an id they could not be asked for. */
const RESERVED = new Set([
  'apply',
  'available',
  'capabilities',
  'delete',
  'download',
  'downloads',
  'edit',
  'galleries',
  'hf',
  'import',
  'import-uri',
  'install',
  'jobs',
  'latest',
  'reload',
  'scan',
  'search',
  'state',
  'storage',
])

export interface NamedFile {
  /** Tells the models apart over scans. */
  readonly path: string
  /** What the place calls it. */
  readonly name: string
  /** The id that it has had before. */
  readonly keptId: ModelId | null
  /** It was away; whoever took its id in the meantime keeps it. */
  readonly isReturning: boolean
}

/**
 * Gives each model an id that no other has: its kept one, else one from its name, with `-2`, `-3` … where that is taken.
 * The order of `files` decides who gets a plain name, so it must not depend on chance.
 */
export const assignModelIds = (files: readonly NamedFile[]): ReadonlyMap<string, ModelId> => {
  const ids = new Map<string, ModelId>()
  const taken = new Set<ModelId>()
  const give = (path: string, id: ModelId): void => {
    ids.set(path, id)
    taken.add(id)
  }
  for (const isReturning of [false, true]) {
    for (const file of files.filter((other) => other.isReturning === isReturning))
      if (file.keptId !== null && !taken.has(file.keptId)) give(file.path, file.keptId)
  }
  for (const { path, name } of files) if (!ids.has(path)) give(path, freeId(idNameOf(name), taken))
  return ids
}

/** A name in the grammar of ids: lower case, other characters as `-`, at most one `/`, no reserved word in front. */
export const idNameOf = (name: string): string => {
  const segments = name
    .toLowerCase()
    .split('/')
    .map((segment) => segment.replaceAll(/[^a-z0-9._:-]+/g, '-').replaceAll(/^[^a-z0-9]+|-+$/g, ''))
    .filter((segment) => segment !== '')
  const [owner, ...rest] = segments
  const text = rest.length === 0 ? (owner ?? 'model') : `${owner}/${rest.join('-')}`
  const isReserved = RESERVED.has(owner ?? '')
  return (isReserved ? `model-${text}` : text).slice(0, LONGEST_NAME).replace(/\/$/, '')
}

const freeId = (name: string, taken: ReadonlySet<ModelId>): ModelId => {
  for (let count = 1; ; count++) {
    const id = parseModelId(count === 1 ? name : `${name}-${count}`)
    if (id === undefined) throw new Error(`'${name}' is outside the grammar of ids`)
    if (!taken.has(id)) return id
  }
}
