import { Fault } from '@shared/fault/fault.ts'
import type { RouteEntry } from '@shared/contracts/route-manifest.ts'
import { PLACEMENT_POLICIES } from '../../policy/placement/placement.ts'
import type { PlacementPolicy, RankedCandidate } from '../../policy/placement/placement.ts'
import { decisionNote, rejectionWords } from '../../policy/placement/placement-words.ts'
import { earlierResponseIn } from '../../policy/earlier-response-in-body.ts'
import { estimateAnswerTokens, estimatePromptTokens } from '../../policy/admission/request-cost.ts'
import { findWork } from '../../policy/work-in-body.ts'
import type { ClusterView } from '../cluster/cluster-view.ts'
import { nobodyCan } from '../other-nodes/nobody-can.ts'
import { askedModel } from '../forwarding/place-request.ts'
import { modelCapability } from '../forwarding/placed-request.ts'
import type { PrefixOf } from '../other-nodes/placed-wish.ts'
import type { ChooseModel } from '../models/choose-model.ts'
import type { NodePlacer, NodeWish } from '../placement/node-placer.ts'
import type { RouteTable } from '../routing/route-table.ts'

export interface ExplainRoutePorts {
  readonly view: ClusterView
  readonly placer: Pick<NodePlacer, 'decide'>
  readonly prefixOf: PrefixOf
  readonly chooseModel: ChooseModel
  readonly table: () => RouteTable
}

/** A request that somebody might send. */
export interface RouteQuestion {
  readonly body: Uint8Array
  /** Of the route that it would be sent to; it has the method POST. */
  readonly path: string
  /** Other than the configured one. */
  readonly policy: string | undefined
}

const LONGEST_SHOWN = 200

/** Says where a request would be sent, and why, without sending it. @throws Fault as that request itself would */
export const createExplainRoute =
  (ports: ExplainRoutePorts) =>
  async ({ body, path, policy }: RouteQuestion) => {
    const entry = placedEntry(ports.table(), path)
    const wish = await wishOf(ports, entry, body)
    const decision = ports.placer.decide(wish, policyOf(policy))
    const [choice] = decision.ranking
    return {
      object: 'route.explanation' as const,
      path: entry.path,
      capability: entry.capability,
      model: wish.model ?? null,
      policy: decision.policy,
      node: choice?.name ?? null,
      summary:
        choice === undefined
          ? nobodyCan(wish, decision.rejections).message
          : decisionNote(decision, wish.promptTokens, []),
      promptTokens: wish.promptTokens,
      answerTokens: wish.answerTokens,
      prefix: prefixFacts(wish, choice),
      candidates: decision.ranking.map(candidateFacts),
      rejections: decision.rejections.map((rejection) => ({
        ...rejection,
        message: `${rejectionWords(rejection)}.`,
      })),
      // Looking for it would ask the nodes.
      dependsOn: earlierResponseIn(body) === undefined ? [] : ['previous_response_id'],
    }
  }

/** @throws Fault `invalid_request` */
const placedEntry = (table: RouteTable, path: string): RouteEntry => {
  const entry = table.find('POST', path)?.entry
  if (entry?.kind === 'placed') return entry
  const shown = path.slice(0, LONGEST_SHOWN)
  const reason =
    entry === undefined
      ? `there is no route POST ${shown}`
      : `no node is chosen for POST ${shown} (it is '${entry.kind}')`
  throw new Fault('invalid_request', `Invalid 'path': ${reason}.`, { param: 'path' })
}

/** @throws Fault `invalid_request` */
const policyOf = (asked: string | undefined): PlacementPolicy | undefined => {
  if (asked === undefined || asked === '') return undefined
  const policy = PLACEMENT_POLICIES.find((name) => name === asked)
  if (policy !== undefined) return policy
  throw new Fault('invalid_request', `Invalid 'policy': it is one of ${PLACEMENT_POLICIES.join(', ')}.`, {
    param: 'policy',
  })
}

const wishOf = async (ports: ExplainRoutePorts, entry: RouteEntry, body: Uint8Array): Promise<NodeWish> => {
  const capability = modelCapability(entry.capability)
  const model =
    capability === undefined
      ? undefined
      : await ports.chooseModel(askedModel({ type: 'local' }, body), capability, entry.dialect)
  return {
    capability: entry.capability,
    model,
    promptTokens: estimatePromptTokens(body.length),
    answerTokens: estimateAnswerTokens(findWork(body).limitTokens),
    onlyNode: undefined,
    excluded: [],
    prefix: ports.prefixOf(entry.dialect, body),
  }
}

const prefixFacts = ({ prefix }: NodeWish, choice: RankedCandidate | undefined) => ({
  blocks: prefix?.hashes.length ?? 0,
  matchedTokens: choice?.matchedTokens ?? 0,
})

const candidateFacts = ({ cost, isWarm, matchedTokens, name, nodeId, score }: RankedCandidate) => ({
  nodeId,
  name,
  score,
  cost,
  isWarm,
  matchedTokens,
})
