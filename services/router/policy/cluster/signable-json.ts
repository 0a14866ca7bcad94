/**
 * JSON that is the same for equal values: the keys of objects in order, nothing undefined. The value must be plain JSON
 * and no deeper than what was read from a frame.
 */
export const signableJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(signableJson).join(',')}]`
  // `?? 'null'`: of undefined in a list, JSON makes null.
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${signableJson(field)}`).join(',')}}`
}
