import type { RemoteModel } from '@shared/dialects/external/remote-model.ts'
import type { ModelId } from '@shared/inference/model-card.ts'

/** A model of another machine, and the way to it. */
export interface ExternalTarget extends RemoteModel {
  readonly externalId: string
  /** Base URL without `/v1`, as the operator chose it. */
  readonly url: string
  readonly apiKey: string | undefined
  /** How many requests it gets at the same time. */
  readonly slots: number
}

/** What this node knows of other machines. */
export interface ExternalTargets {
  /** As it is now. @throws Fault `model_not_found`, and `unavailable` while its machine does not answer */
  find(model: ModelId, signal: AbortSignal): Promise<ExternalTarget>
  /** It could not be reached. */
  doubt(externalId: string): void
}
