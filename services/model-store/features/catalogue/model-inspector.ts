import type { ModelCapability, ModelShape } from '@shared/inference/model-card.ts'

/** A value in a model file's metadata, as JSON. */
export type MetadataValue = string | number | boolean | null | readonly (string | number | boolean)[]

/** What a model's files say of it. Zeros and `unknown` where a broken file says nothing. */
export interface ModelFacts {
  readonly architecture: string
  readonly name?: string
  readonly quantization: string
  readonly parameterCount: number
  readonly capabilities: readonly ModelCapability[]
  readonly license?: string
  readonly description?: string
  /** Jinja source. */
  readonly chatTemplate?: string
  readonly shape: ModelShape
  readonly isTestModel: boolean
  /** All metadata by its key in the file; long lists are null. */
  readonly metadata: Readonly<Record<string, MetadataValue>>
}

/**
 * What came of looking at the files of a possible model.
 * - `model`: with `defect` when no engine should be given it; `isPassing` when the reason may go without a change of the
 *   file (it could not be opened), so it is looked at again
 * - `other`: sound, but not a model of its own (an image projector, an adapter, a vocabulary)
 */
export type Inspection =
  | {
      readonly type: 'model'
      readonly facts: ModelFacts
      readonly defect?: string
      readonly isPassing?: boolean
    }
  | { readonly type: 'other'; readonly reason: string }

export interface InspectedTensor {
  readonly name: string
  readonly kind: string
  readonly dimensions: readonly number[]
}

/** Looks into model files, which may be broken or hostile. */
export interface ModelInspector {
  /** Grows when the inspector would now say something else of the same file. */
  readonly version: number
  /** @param paths all files of one model, in order. Never rejects. */
  inspect(paths: readonly string[]): Promise<Inspection>
  /** The tensors of a sound model. @throws Fault `model_not_loadable` */
  tensors(paths: readonly string[]): Promise<readonly InspectedTensor[]>
}
