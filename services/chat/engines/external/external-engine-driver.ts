import { SKEIN_VERSION } from '@shared/contracts/skein-version.ts'
import type { TextEngineDriver } from '@shared/inference/text-engine.ts'
import { createExternalClient } from './external-client.ts'
import type { ExternalTargets } from './external-target.ts'
import { createExternalTextEngine, EXTERNAL_DRIVER_NAME } from './external-text-engine.ts'

/** Models of other machines, over the API of OpenAI that nearly every server has. */
export const createExternalEngineDriver = (
  targets: ExternalTargets,
  options: { readonly quietMs?: number } = {},
): TextEngineDriver => {
  const client = createExternalClient({ ...options, onLost: ({ externalId }) => targets.doubt(externalId) })
  return {
    name: EXTERNAL_DRIVER_NAME,
    version: () => Promise.resolve(SKEIN_VERSION),
    estimateBytes: () => 0,
    async load(card, _options, signal) {
      const { slots } = await targets.find(card.id, signal)
      return createExternalTextEngine({ card, client, targets, slots })
    },
  }
}
