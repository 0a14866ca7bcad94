import { createBoundedLabel } from '@shared/http/bounded-label.ts'
import { Counter } from 'prom-client'
import type { Registry } from 'prom-client'
import type { PlacementObserver } from '../placement/placement-observer.ts'

/** Nodes come and go, and are called whatever people like. */
const MOST_NODE_LABELS = 100

/** Counts where requests were sent, and why not elsewhere. Nothing is counted where no cluster is. */
export const createPlacementFigures = (registry: Registry): PlacementObserver => {
  const decisions = new Counter({
    name: 'skein_placement_decisions_total',
    help: 'Choices of a node for a request, by what decided.',
    labelNames: ['policy', 'node', 'reason'],
    registers: [registry],
  })
  const rejections = new Counter({
    name: 'skein_placement_rejections_total',
    help: 'Nodes that could not be chosen for a request.',
    labelNames: ['reason'],
    registers: [registry],
  })
  const retries = new Counter({
    name: 'skein_placement_retries_total',
    help: 'Requests that were sent to another node, by what was wrong with the one before.',
    labelNames: ['reason'],
    registers: [registry],
  })
  const nodeLabel = createBoundedLabel(MOST_NODE_LABELS)
  return {
    onDecision: (policy, node, reason) => decisions.inc({ policy, node: nodeLabel(node), reason }),
    onRejections(all) {
      for (const { reason } of all) rejections.inc({ reason })
    },
    onRetry: (reason) => retries.inc({ reason }),
  }
}
