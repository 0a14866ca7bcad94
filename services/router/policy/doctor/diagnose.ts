import type { DoctorEvidence } from './doctor-evidence.ts'
import type { DoctorFinding, FindingSeverity } from './doctor-finding.ts'
import { judgeCandidate, judgeMember } from './judge-peer.ts'
import { judgeRefusals, judgeSelf } from './judge-self.ts'

const RANK = { problem: 0, warning: 1, ok: 2 } as const satisfies Record<FindingSeverity, number>

/** What follows from what was seen, the worst first. It never says more than the evidence shows. */
export const diagnose = ({ peers, self }: DoctorEvidence): readonly DoctorFinding[] => {
  const ofPeers = peers.flatMap((peer) => {
    const judge = peer.nodeId === undefined ? judgeCandidate : judgeMember
    return judge(peer, self).map((diagnosis) => ({ ...diagnosis, node: peer.name }))
  })
  const ofSelf = judgeSelf(self, peers).map((diagnosis) => ({ ...diagnosis, node: null }))
  const all = [...ofSelf, ...ofPeers, ...judgeRefusals(self.refusals)]
  return all.toSorted((one, other) => RANK[one.severity] - RANK[other.severity])
}
