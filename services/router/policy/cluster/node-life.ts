/** One run of a node: from its start to its end. */
export interface NodeLife {
  /** Grows with every start. */
  readonly epoch: number
  /** Tells two processes apart that were started with one identity in the same epoch. */
  readonly instance: string
}

/** Above 0 when the left one is the later: it owns the name. */
export const compareLives = (left: NodeLife, right: NodeLife): number => {
  if (left.epoch !== right.epoch) return left.epoch - right.epoch
  if (left.instance === right.instance) return 0
  return left.instance > right.instance ? 1 : -1
}
