import type { OllamaModelView, OllamaRunningView } from '@shared/dialects/ollama/ollama-models.ts'
import type {
  ToolpiperModelFile,
  ToolpiperModelView,
  ToolpiperRuntime,
} from '@shared/dialects/toolpiper/toolpiper-models.ts'
import type { HashModels } from '../catalogue/hash-models.ts'
import type { Catalogue } from '../catalogue/catalogue.ts'
import type { KnownModel } from '../catalogue/known-model.ts'
import type { LeaseDesk } from '../leases/lease-desk.ts'
import { runtimeOf } from './model-runtimes.ts'

/** What Ollama's wire says of a model. */
export const ollamaView = (model: KnownModel): OllamaModelView => {
  const { card, facts, found } = model
  return {
    card,
    digest: card.digest ?? standInDigest(model),
    metadata: facts.metadata,
    ...(found?.license === undefined ? {} : { license: found.license }),
    ...(found?.template === undefined ? {} : { template: found.template }),
    ...(found?.parameters === undefined ? {} : { parameters: found.parameters }),
  }
}

/** Models that an engine has open now. */
export const ollamaRunningViews = (catalogue: Catalogue, desk: LeaseDesk): readonly OllamaRunningView[] =>
  desk.held().flatMap(({ report }) => {
    const model = catalogue.models.find(({ card }) => card.id === report?.model)
    if (report === undefined || model === undefined || report.state !== 'ready') return []
    const { residentBytes, expiresAt, contextTokens } = report
    return [{ ...ollamaView(model), residentBytes, expiresAt, contextTokens }]
  })

/** What ToolPiper's wire says of a model. */
export const toolpiperView = (
  model: KnownModel,
  runtime: ToolpiperRuntime = runtimeOf([]),
): ToolpiperModelView => {
  const { card, found, firstSeenMs } = model
  const isBroken = card.defect !== undefined && runtime.state === 'unloaded'
  return {
    card,
    runtime: isBroken ? { ...runtime, state: 'error' } : runtime,
    ...(found?.repository === undefined ? {} : { repository: found.repository }),
    ...(found?.revision === undefined ? {} : { revision: found.revision }),
    installedAt: new Date(firstSeenMs).toISOString(),
  }
}

export const toolpiperFiles = (model: KnownModel, hashing: HashModels): readonly ToolpiperModelFile[] =>
  (model.found?.files ?? []).map((file) => {
    const { status, ...progress } = hashing.progressOf(file)
    const hashedBytes = 'hashedBytes' in progress ? { hashedBytes: progress.hashedBytes } : {}
    return {
      name: file.path.slice(file.path.lastIndexOf('/') + 1),
      sizeBytes: file.sizeBytes,
      sha256: 'sha256' in progress ? progress.sha256 : null,
      digest: { status, ...hashedBytes },
    }
  })

/** Until the weights are hashed: a digest of what tells this state of the file from others. */
const standInDigest = ({ card }: KnownModel): string =>
  new Bun.CryptoHasher('sha256').update([card.id, card.sizeBytes, card.modifiedAt].join('\n')).digest('hex')
