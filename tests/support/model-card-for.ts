import { createGgufInspector } from '@service/model-store/gguf/gguf-inspector.ts'
import type { ModelCard, ModelId } from '@shared/inference/model-card.ts'

/** The card of a model file, as model-store would describe it. @param id stands for the id that model-store would give */
export const modelCardFor = async (id: string, path: string): Promise<ModelCard> => {
  const inspection = await createGgufInspector().inspect([path])
  if (inspection.type === 'other') throw new Error(`${path} is no model: ${inspection.reason}`)
  const { facts, defect } = inspection
  const file = Bun.file(path)
  const isThere = await file.exists()
  return {
    // Made up for a test, in the grammar of ids.
    id: id as ModelId,
    name: facts.name ?? id,
    aliases: [],
    capabilities: facts.capabilities,
    format: 'gguf',
    architecture: facts.architecture,
    quantization: facts.quantization,
    parameterCount: facts.parameterCount,
    sizeBytes: isThere ? file.size : 0,
    path,
    source: 'skein',
    ...(facts.chatTemplate === undefined ? {} : { chatTemplate: facts.chatTemplate }),
    shape: facts.shape,
    modifiedAt: new Date(isThere ? file.lastModified : 0).toISOString(),
    isTestModel: facts.isTestModel,
    ...(defect === undefined ? {} : { defect }),
  }
}
