import type { KnownModel } from '../catalogue/known-model.ts'
import type { WatchedExternal } from './external.ts'

/** A server of another machine on the wire. Of its key only that there is one. */
export const encodeExternal = ({ external, health }: WatchedExternal, models: readonly KnownModel[]) => ({
  id: external.id,
  object: 'external' as const,
  name: external.name,
  url: external.url,
  kind: external.kind,
  product: external.machine.product,
  version: external.machine.version,
  state: health.type,
  reason: health.type === 'down' ? health.reason : null,
  latency_ms: health.type === 'up' ? Math.round(health.latencyMs) : null,
  checked_at: health.type === 'unknown' ? null : health.checkedAt,
  has_key: external.hasKey,
  allowed_models: external.allowedModels,
  slots: external.slots,
  added_at: external.addedAt,
  models: models
    .filter(({ remote }) => remote?.externalId === external.id)
    .map(({ card, remote }) => ({
      id: card.id,
      remote_name: remote?.name ?? card.name,
      capabilities: card.capabilities,
      context_length: card.shape.contextLength,
    })),
})
