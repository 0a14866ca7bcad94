/** What stands for all values that came when there were enough. */
export const OTHER_LABEL = 'other'

/**
 * Keeps the values of a label few, for each is a series of its own that a metrics server keeps: the first `limit` values
 * stay as they are, all others become `other`.
 */
export const createBoundedLabel = (limit: number): ((value: string) => string) => {
  const known = new Set<string>()
  return (value) => {
    if (!known.has(value) && known.size >= limit) return OTHER_LABEL
    known.add(value)
    return value
  }
}

/** Of models, in the metrics of every service. */
export const MOST_MODEL_LABELS = 200
