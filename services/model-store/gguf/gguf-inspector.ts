import { Fault } from '@shared/fault/fault.ts'
import type { Inspection, ModelInspector } from '../features/catalogue/model-inspector.ts'
import { PART_ARCHITECTURES } from './architecture-families.ts'
import { withFileBytes } from './byte-source.ts'
import { describeGguf, UNREADABLE_FACTS } from './describe-gguf.ts'
import { findTextModelDefect } from './find-text-model-defect.ts'
import { GgufDefect } from './gguf-defect.ts'
import type { GgufHeader, GgufTensor } from './gguf-header.ts'
import { viewMetadata } from './gguf-metadata-view.ts'
import { readGgufHeader } from './read-gguf-header.ts'

/** Raise when the same file would be described in another way: then every known file is looked at again. */
const INSPECTOR_VERSION = 2

/** Looks into GGUF files. */
export const createGgufInspector = (): ModelInspector => ({
  version: INSPECTOR_VERSION,
  inspect,
  async tensors(paths) {
    try {
      const { tensors } = await readAllParts(paths)
      return tensors.map(({ name, kind, dimensions }) => ({ name, kind, dimensions }))
    } catch (error) {
      if (!(error instanceof GgufDefect)) throw error
      throw new Fault('model_not_loadable', `The model's file is broken. ${error.message}`, { cause: error })
    }
  },
})

const inspect = async (paths: readonly string[]): Promise<Inspection> => {
  try {
    const { header: first, tensors } = await readAllParts(paths)
    const header = { ...first, tensors }
    const reason = reasonNotAModel(header)
    if (reason !== undefined) return { type: 'other', reason }
    const defect = findTextModelDefect(header)
    return {
      type: 'model',
      facts: describeGguf(header),
      ...(defect === undefined ? {} : { defect }),
    }
  } catch (error) {
    if (error instanceof GgufDefect) return { type: 'model', facts: UNREADABLE_FACTS, defect: error.message }
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason'
    const defect = `The file cannot be read (${code}).`
    return { type: 'model', facts: UNREADABLE_FACTS, defect, isPassing: true }
  }
}

/** The first file's header and the tensors of all files. */
const readAllParts = async (
  paths: readonly string[],
): Promise<{ header: GgufHeader; tensors: readonly GgufTensor[] }> => {
  const headers: GgufHeader[] = []
  for (const path of paths) headers.push(await withFileBytes(path, readGgufHeader))
  const [header] = headers
  if (header === undefined) throw new GgufDefect('It has no files.')
  const tensors = headers.flatMap((part) => part.tensors)
  checkParts(header, headers, tensors)
  return { header, tensors }
}

/** A split model says how many files and tensors it has; each of its files says which one it is. */
const checkParts = (
  first: GgufHeader,
  headers: readonly GgufHeader[],
  tensors: readonly GgufTensor[],
): void => {
  const claimed = viewMetadata(first).number('split.count') ?? 1
  if (Math.max(claimed, 1) !== headers.length)
    throw new GgufDefect(`It is one file of ${claimed}, and ${headers.length} of them are here.`)
  if (headers.length === 1) return
  const isInOrder = headers.every((header, part) => viewMetadata(header).number('split.no') === part)
  if (!isInOrder) throw new GgufDefect('Its files are not the parts that their names say.')
  const claimedTensors = viewMetadata(first).number('split.tensors.count')
  const names = new Set(tensors.map((tensor) => tensor.name))
  if (names.size !== tensors.length || claimedTensors !== tensors.length)
    throw new GgufDefect('Its files do not hold the tensors that the first one claims.')
}

const reasonNotAModel = (header: GgufHeader): string | undefined => {
  const view = viewMetadata(header)
  const type = view.text('general.type') ?? 'model'
  if (type !== 'model') return `It is a file of type '${type.slice(0, 32)}', not a model.`
  if (PART_ARCHITECTURES.has(view.architecture)) return `'${view.architecture}' is a part of another model.`
  const isText = view.has('tokenizer.ggml.model') || view.has('tokenizer.ggml.tokens')
  return isText || view.architecture === '' ? undefined : 'It has no vocabulary: it is not a model of text.'
}
