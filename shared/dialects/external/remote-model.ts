import type { ModelId } from '@shared/inference/model-card.ts'
import type { RemoteProduct } from '@shared/inference/remote-product.ts'

/** A model of another machine, as far as a request for it depends on that. */
export interface RemoteModel {
  /** Here. */
  readonly id: ModelId
  /** There. */
  readonly remoteName: string
  /** What the operator calls the machine. */
  readonly machine: string
  readonly product: RemoteProduct
}
