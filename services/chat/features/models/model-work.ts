import type { DialectName, RouteFacts } from '@shared/contracts/route-manifest.ts'
import type { ModelCapability } from '@shared/inference/model-card.ts'

/** Room for a full context of any model as JSON text. */
const BODY_LIMIT_BYTES = 32 * 1024 * 1024

/** What the router must know of a route whose request names a model and waits for a slot of it. */
export const modelWork = (dialect: DialectName, capability: ModelCapability): RouteFacts => ({
  dialect,
  capability,
  scope: 'inference',
  kind: 'placed',
  bodyLimitBytes: BODY_LIMIT_BYTES,
  admission: 'engine',
})
