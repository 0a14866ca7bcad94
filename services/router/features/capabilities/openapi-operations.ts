/** One route in the merged OpenAPI document. */
export interface OpenapiOperation {
  /** Upper case. */
  readonly method: string
  readonly path: string
  readonly tags: readonly string[]
  /** As it is in the document. */
  readonly source: Readonly<Record<string, unknown>>
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options'] as const

/** All operations of a document, in its order. What is not as OpenAPI says is left out. */
export const openapiOperations = (document: unknown): readonly OpenapiOperation[] =>
  Object.entries(objectIn(objectIn(document)['paths'])).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const source = objectIn(item)[method]
      if (source === undefined) return []
      const { tags } = objectIn(source)
      return [{ method: method.toUpperCase(), path, tags: textsIn(tags), source: objectIn(source) }]
    }),
  )

/** Any object may be read by name; anything else reads as an empty one. */
export const objectIn = (value: unknown): Readonly<Record<string, unknown>> =>
  // Its values are judged where they are used.
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

export const textIn = (value: unknown): string => (typeof value === 'string' ? value : '')

const textsIn = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((text) => typeof text === 'string') : []

const REFERENCE = /"#\/components\/schemas\/([^"]+)"/g

/**
 * Some operations of a document as Swagger 2 keeps them: with the schemas that they refer to, and those that these
 * refer to, under `definitions`.
 */
export const swaggerFragment = (document: unknown, operations: readonly OpenapiOperation[]) => {
  const schemas = objectIn(objectIn(objectIn(document)['components'])['schemas'])
  const paths: Record<string, Record<string, unknown>> = {}
  for (const { method, path, source } of operations) {
    paths[path] = { ...paths[path], [method.toLowerCase()]: source }
  }
  const definitions = new Map<string, unknown>()
  const pending = namesIn(paths)
  for (const name of pending) {
    const isKnown = definitions.has(name) || !Object.hasOwn(schemas, name)
    if (isKnown) continue
    definitions.set(name, schemas[name])
    pending.push(...namesIn(schemas[name]))
  }
  const text = JSON.stringify({ paths, definitions: Object.fromEntries(definitions) })
  return JSON.parse(text.replaceAll(REFERENCE, '"#/definitions/$1"')) as object
}

const namesIn = (value: unknown): string[] =>
  [...JSON.stringify(value).matchAll(REFERENCE)].map(([, name]) => name ?? '')
