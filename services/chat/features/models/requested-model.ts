import { INTERNAL_HEADER } from '@shared/contracts/internal-header.ts'
import { parseModelId } from '@shared/dialects/model-name.ts'
import type { ModelCapability, ModelId } from '@shared/inference/model-card.ts'
import type { ModelDirectory } from './model-directory.ts'

/** The id that the router resolved; for a request that came here directly, resolved now. */
export const requestedModel = async (
  directory: ModelDirectory,
  asked: string | undefined,
  capability: ModelCapability,
  request: Request,
): Promise<ModelId> =>
  parseModelId(request.headers.get(INTERNAL_HEADER.model) ?? '') ??
  (await directory.resolve(asked, capability, request.signal))
