import { SKEIN_VERSION } from '@shared/contracts/skein-version.ts'
import { isErrorResult, merge } from 'openapi-merge'

/** The OpenAPI document of one service. */
export interface ServiceDocument {
  readonly service: string
  readonly document: unknown
}

type MergeInput = Parameters<typeof merge>[0]

const INFO = {
  title: 'Skein',
  description: 'Your machines as one private AI service. Every route of every service of this node.',
  version: SKEIN_VERSION,
}

/**
 * One document out of those of all services. Where two describe the same operation the earlier one counts, as it does
 * for requests; schemas of the same name are told apart. What is no document is left out.
 */
export const mergeOpenapi = (documents: readonly ServiceDocument[]): unknown => {
  const inputs = (handling: 'merge-operations' | 'skip-later'): MergeInput =>
    documents.filter(isDocument).map(({ service, document }) => ({
      oas: document,
      dispute: { prefix: `${service}_` },
      duplicatePathHandling: handling,
    }))
  const merged = merge(inputs('merge-operations'), { info: INFO })
  const result = isErrorResult(merged) ? merge(inputs('skip-later'), { info: INFO }) : merged
  if (isErrorResult(result)) throw new Error(`The documents cannot be merged: ${result.message}`)
  return { ...result.output, info: INFO }
}

/** As far as the library needs it: the services write the rest by the same plugin. */
const isDocument = (
  given: ServiceDocument,
): given is ServiceDocument & { readonly document: MergeInput[number]['oas'] } => {
  const { document } = given
  return typeof document === 'object' && document !== null && 'openapi' in document && 'paths' in document
}
