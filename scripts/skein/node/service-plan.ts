import type { ServiceName } from '@shared/contracts/service-name.ts'

export interface PlannedService {
  readonly name: ServiceName
  /** Services that must answer before this one is started. */
  readonly needs: readonly ServiceName[]
}

/**
 * The services of a node. They start side by side as far as `needs` allows, and stop one after the other from the end
 * of this list: the door first, so that nothing new comes in while the rest finishes its work.
 */
export const SERVICE_PLAN: readonly PlannedService[] = [
  { name: 'model-store', needs: [] },
  { name: 'chat', needs: ['model-store'] },
  { name: 'router', needs: [] },
]
