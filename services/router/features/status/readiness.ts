import type { NodeModels } from '../models/node-models.ts'
import type { ServiceState } from '../routing/service-directory.ts'

/** What the node still waits for, for people and probes; undefined: it is ready. */
export const whatIsMissing = (
  states: readonly ServiceState[],
  models: Pick<NodeModels, 'cards'>,
): string | undefined => {
  const missing = states.filter(({ state }) => state !== 'up').map(({ name }) => name)
  if (missing.length > 0) return `waiting for ${missing.join(' and ')}`
  return models.cards === undefined ? 'waiting for the catalogue of models' : undefined
}
