import type { LinkTrouble } from '../../policy/cluster/link-trouble.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'
import type { Sighting } from './peer-network.ts'

/** Somebody dialled this node and failed. */
export interface RefusedAttempt {
  readonly host: string
  readonly nodeId: NodeId | undefined
  readonly trouble: LinkTrouble
  /** Unix milliseconds. */
  readonly at: number
}

export interface WitnessedSighting extends Sighting {
  /** Unix milliseconds. */
  readonly at: number
}

const MOST_KEPT = 100

/** Who was seen or refused of late, members or not: for whoever wants to know why nodes do not get together. */
export class ClusterWitness {
  private readonly seen = new Map<string, WitnessedSighting>()
  private refusals: readonly RefusedAttempt[] = []

  get sightings(): readonly WitnessedSighting[] {
    return [...this.seen.values()]
  }

  /** Newest last. */
  get refused(): readonly RefusedAttempt[] {
    return this.refusals
  }

  onSighting(sighting: Sighting, at: number): void {
    const place = `${sighting.nodeId} ${sighting.host}`
    this.seen.delete(place)
    this.seen.set(place, { ...sighting, at })
    const [oldest] = this.seen.keys()
    if (this.seen.size > MOST_KEPT && oldest !== undefined) this.seen.delete(oldest)
  }

  onRefused(attempt: Omit<RefusedAttempt, 'at'>, at: number): void {
    this.refusals = [...this.refusals, { ...attempt, at }].slice(-MOST_KEPT)
  }
}
