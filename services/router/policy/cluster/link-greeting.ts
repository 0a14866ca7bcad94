import type { HelloFrame } from './cluster-frame.ts'
import { betterLink } from './cluster-link.ts'
import type { ClusterLink } from './cluster-link.ts'
import type { ClusterParts } from './cluster-parts.ts'
import type { Moment } from './cluster-rules.ts'
import type { FactSharing, Hearing } from './fact-sharing.ts'
import type { LinkEnds } from './link-ends.ts'
import { compareLives } from './node-life.ts'
import { PROTOCOL_VERSION } from './node-topics.ts'

/**
 * From a connection to a link that is used.
 *
 * 1. The other end speaks another protocol → bye.
 * 2. It has our own identity → the later of the two stays.
 * 3. A later life of it is known → bye: it is the earlier of two processes with one identity, and has to step down.
 * 4. It is a later life itself → whatever we knew of it is over, links too.
 * 5. There is a link to it already → both ends keep the same one of the two.
 */
export class LinkGreeting {
  constructor(
    private readonly parts: ClusterParts,
    private readonly ends: LinkEnds,
    private readonly facts: FactSharing,
  ) {}

  onLink(link: ClusterLink, at: Moment): void {
    const { self, links } = this.parts
    const { epoch, instance } = self
    const clock = at.wallClockMs
    links.send(link, { type: 'hello', protocolVersion: PROTOCOL_VERSION, epoch, instance, clock }, at.nowMs)
  }

  onHello(link: ClusterLink, hello: HelloFrame, at: Moment): Hearing {
    const { self, store } = this.parts
    if (hello.protocolVersion !== PROTOCOL_VERSION) {
      this.ends.end(link, { bye: 'protocol-version', trouble: 'protocol-version' }, at)
      return 'heard'
    }
    const known = store.lifeOf(link.nodeId)
    const order = known === undefined ? 1 : compareLives(hello, known)
    const isSelf = link.nodeId === self.nodeId
    if (isSelf && order > 0) return 'fenced'
    if (isSelf || order < 0) {
      this.ends.end(link, { bye: 'duplicate-identity', trouble: 'duplicate-identity' }, at)
      return 'heard'
    }
    link.hello = hello
    link.helloSkewMs = hello.clock - at.wallClockMs
    this.facts.onLife(link.nodeId, hello, at)
    this.choose(link, at)
    return 'heard'
  }

  private choose(link: ClusterLink, at: Moment): void {
    const { self, links, plan, addresses, standings, effects } = this.parts
    const { nodeId } = link
    const other = links.to(nodeId)
    if (other !== undefined && other !== link && betterLink(self.nodeId, other, link) === other) {
      this.ends.end(link, { bye: 'second-link', trouble: undefined }, at)
      return
    }
    links.use(link)
    if (other !== undefined && other !== link)
      this.ends.end(other, { bye: 'second-link', trouble: undefined }, at)
    plan.onLink(nodeId, at.nowMs)
    standings.onUp(nodeId)
    if (link.isOutbound) addresses.onFound(nodeId, link.host)
    if (other === undefined) effects.onChange({ type: 'link', nodeId, link: 'up' })
    this.facts.askFor(link, at.nowMs)
  }
}
