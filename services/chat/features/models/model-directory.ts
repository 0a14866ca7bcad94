import type { ModelCapability, ModelCard, ModelId } from '@shared/inference/model-card.ts'

/** What the chat service needs to know of the models on this node. */
export interface ModelDirectory {
  /** @throws Fault `model_not_found` */
  card(model: ModelId, signal: AbortSignal): Promise<ModelCard>
  /** The id that a caller's name means; for requests that did not come through the router. */
  resolve(asked: string | undefined, capability: ModelCapability, signal: AbortSignal): Promise<ModelId>
}
