import type { PlacementCandidate, PlacementRejection, PlacementWish, RejectionReason } from './placement.ts'

export interface AbleNodes {
  readonly able: readonly PlacementCandidate[]
  readonly rejections: readonly PlacementRejection[]
}

/**
 * Who can answer at all, and why the others cannot:
 * 1. What holds however few are left: not there, not able, not wanted.
 * 2. Of the rest, those in good standing with the weights that most nodes have.
 * 3. Only when there is none: those in good standing with other weights; then those that are out with the weights of most;
 *    then any. So nobody who is the last one is ever left out.
 * 4. Last of all those for which the model is too large: such a node may spread it over others, or says best why not.
 */
export const ableNodes = (wish: PlacementWish, candidates: readonly PlacementCandidate[]): AbleNodes => {
  const rejections: PlacementRejection[] = []
  const fit: PlacementCandidate[] = []
  for (const candidate of candidates) {
    const reason = firstReason(wish, candidate)
    if (reason === undefined) fit.push(candidate)
    else rejections.push(rejection(candidate, reason))
  }
  if (fit.length === 0) return { able: fit, rejections }
  const digest = wish.model === undefined ? undefined : referenceDigest(candidates)
  const best = Math.min(...fit.map((candidate) => tierOf(wish, candidate, digest)))
  const able: PlacementCandidate[] = []
  for (const candidate of fit) {
    if (tierOf(wish, candidate, digest) === best) able.push(candidate)
    else rejections.push(rejection(candidate, lesserReason(wish, candidate, digest, best)))
  }
  return { able, rejections }
}

const rejection = ({ name, nodeId }: PlacementCandidate, reason: RejectionReason): PlacementRejection => ({
  nodeId,
  name,
  reason,
})

const firstReason = (wish: PlacementWish, candidate: PlacementCandidate): RejectionReason | undefined => {
  if (wish.onlyNode !== undefined && candidate.nodeId !== wish.onlyNode) return 'not-the-owner'
  if (!candidate.isUp) return 'down'
  if (wish.excluded.includes(candidate.nodeId)) return 'excluded'
  // What is only there is asked for there while it drains: nobody else can answer it.
  if (candidate.isDraining && wish.onlyNode === undefined) return 'draining'
  if (!candidate.hasCapability) return 'no-capability'
  return wish.model === undefined ? undefined : modelReason(candidate)
}

const modelReason = ({ model }: PlacementCandidate): RejectionReason | undefined => {
  if (model === undefined) return 'no-model'
  return model.isSound ? undefined : 'broken-model'
}

const TOO_LARGE_TIER = 4

/** Smaller is asked first. */
const tierOf = (wish: PlacementWish, candidate: PlacementCandidate, digest: string | undefined): number =>
  (isTooLarge(wish, candidate) ? TOO_LARGE_TIER : 0) +
  (candidate.standing === 'out' ? 2 : 0) +
  (hasOtherDigest(candidate, digest) ? 1 : 0)

/** Why a node that could is not asked: somebody better is there. */
const lesserReason = (
  wish: PlacementWish,
  candidate: PlacementCandidate,
  digest: string | undefined,
  best: number,
): RejectionReason => {
  if (best < TOO_LARGE_TIER && isTooLarge(wish, candidate)) return 'too-large'
  return hasOtherDigest(candidate, digest) ? 'other-digest' : 'ejected'
}

const isTooLarge = (wish: PlacementWish, { budgetBytes, model }: PlacementCandidate): boolean =>
  wish.model !== undefined &&
  model !== undefined &&
  budgetBytes > 0 &&
  model.sizeBytes > budgetBytes &&
  !model.isWarm

/** Weights whose digest is not computed yet are taken for the right ones. */
const hasOtherDigest = ({ model }: PlacementCandidate, digest: string | undefined): boolean =>
  digest !== undefined && model !== undefined && model.digest !== null && model.digest !== digest

/**
 * The weights that most nodes have under this name, whether they are up or not: a node that restarts must not change what
 * the cluster answers. Of as many, those of this node, then the smaller digest, so that all nodes decide alike.
 */
const referenceDigest = (candidates: readonly PlacementCandidate[]): string | undefined => {
  const votes = new Map<string, number>()
  let own: string | null = null
  for (const { isSelf, model } of candidates) {
    if (model === undefined || model.digest === null || !model.isSound) continue
    votes.set(model.digest, (votes.get(model.digest) ?? 0) + 1)
    if (isSelf) own = model.digest
  }
  if (votes.size === 0) return undefined
  const most = Math.max(...votes.values())
  if (own !== null && votes.get(own) === most) return own
  return [...votes.keys()].filter((digest) => votes.get(digest) === most).toSorted()[0]
}
