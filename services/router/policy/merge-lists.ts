/** The entries that one node has told, as they came. */
export interface NodeList {
  readonly node: string
  readonly entries: readonly unknown[]
}

export interface MergeRules {
  readonly key: string
  readonly prefers?: { readonly field: string; readonly values: readonly string[] }
}

/** An entry of a merged list. */
export interface MergedEntry {
  readonly key: string
  /** As it came, with `nodes`: the names of those that have it. */
  readonly entry: Readonly<Record<string, unknown>>
}

interface Group {
  entry: Readonly<Record<string, unknown>>
  readonly nodes: string[]
}

/**
 * One list out of those of several nodes: entries with the same key are one, and name their nodes. Ordered by key, so that
 * pages stay what they are whichever node is asked. What is no entry is left out.
 */
export const mergeLists = (lists: readonly NodeList[], rules: MergeRules): readonly MergedEntry[] => {
  const groups = new Map<string, Group>()
  for (const { entries, node } of lists) {
    for (const entry of entries) addEntry(groups, node, entry, rules)
  }
  return [...groups]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, { entry, nodes }]) => ({ key, entry: { ...entry, nodes } }))
}

const addEntry = (groups: Map<string, Group>, node: string, entry: unknown, rules: MergeRules): void => {
  if (!isObject(entry)) return
  const key = entry[rules.key]
  if (typeof key !== 'string') return
  const group = groups.get(key)
  if (group === undefined) {
    groups.set(key, { entry, nodes: [node] })
    return
  }
  if (!group.nodes.includes(node)) group.nodes.push(node)
  if (rankOf(entry, rules) < rankOf(group.entry, rules)) group.entry = entry
}

/** Values that are not named come last. */
const rankOf = (entry: Readonly<Record<string, unknown>>, { prefers }: MergeRules): number => {
  if (prefers === undefined) return 0
  const rank = prefers.values.findIndex((value) => value === entry[prefers.field])
  return rank < 0 ? prefers.values.length : rank
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
