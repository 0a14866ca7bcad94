import { Fault } from '@shared/fault/fault.ts'
import { diagnose } from '../../policy/doctor/diagnose.ts'
import type { DoctorFinding } from '../../policy/doctor/doctor-finding.ts'
import { showPeerAddress } from '../../policy/pairing/peer-address.ts'
import type { PeerAddress } from '../../policy/pairing/peer-address.ts'
import { BandwidthMeter } from './bandwidth-meter.ts'
import type { BandwidthPorts, BandwidthReport } from './bandwidth-meter.ts'
import type { DoctorPorts } from './doctor-ports.ts'
import { gatherEvidence } from './gather-evidence.ts'
import { linkMap, linksOf } from './link-map.ts'
import type { LinkMap } from './link-map.ts'

export type DoctorDeskPorts = DoctorPorts & Pick<BandwidthPorts, 'peers'>

/** What the doctor says. */
export interface DoctorReport {
  /** Of the node that looked. */
  readonly node: string
  /** Null: it is in no cluster. */
  readonly clusterId: string | null
  readonly checkedAt: string
  readonly tookMs: number
  /** No finding is a problem. */
  readonly isHealthy: boolean
  readonly findings: readonly DoctorFinding[]
  readonly map: LinkMap
}

/** Machines that are looked at at the same time: who asks for more scans a network. */
const MOST_CHECKS = 4
const RETRY_SECONDS = 8

/** Looks at this node, its network and the other nodes when somebody asks. */
export class DoctorDesk {
  readonly meter: BandwidthMeter
  private readonly underWay = new Map<string, Promise<DoctorReport>>()

  constructor(private readonly ports: DoctorDeskPorts) {
    this.meter = new BandwidthMeter(ports)
  }

  /**
   * Takes eight seconds at most; who asks meanwhile gets the same.
   * @param address also this machine, though it is no member
   * @throws Fault `rate_limited` when too many others are looked at
   */
  async check(address?: PeerAddress): Promise<DoctorReport> {
    const key = address === undefined ? '' : showPeerAddress(address)
    const known = this.underWay.get(key)
    if (known !== undefined) return known
    if (address !== undefined && this.underWay.size >= MOST_CHECKS)
      throw new Fault(
        'rate_limited',
        'The doctor looks at other machines already. Try again in some seconds.',
        {
          retryAfterSeconds: RETRY_SECONDS,
        },
      )
    const report = this.examine(address).finally(() => this.underWay.delete(key))
    this.underWay.set(key, report)
    return report
  }

  /** As `BandwidthMeter.measureEverywhere`, with the names of those left out. */
  async measureBandwidth(): Promise<BandwidthReport & { readonly map: LinkMap }> {
    const report = await this.meter.measureEverywhere()
    const map = this.map()
    const speed = new Map(
      report.data.map(({ bytesPerSecond, from, to }) => [`${from} ${to}`, bytesPerSecond]),
    )
    // What the others have measured just now is told by them in a moment.
    const links = map.links.map((link) => ({
      ...link,
      bytesPerSecond: speed.get(`${link.from} ${link.to}`) ?? link.bytesPerSecond,
    }))
    return { ...report, map: { ...map, links } }
  }

  /** What this node tells of its links under the topic `links`. */
  links(): ReturnType<typeof linksOf> {
    return linksOf(this.ports.view, this.meter.speeds)
  }

  private map(): LinkMap {
    return linkMap(this.ports.view, this.meter.speeds)
  }

  private async examine(address: PeerAddress | undefined): Promise<DoctorReport> {
    const { clock, now, view } = this.ports
    const beganAtMs = clock.now()
    const findings = diagnose(await gatherEvidence(this.ports, address))
    return {
      node: view.self.name,
      clusterId: view.clusterId ?? null,
      checkedAt: new Date(now()).toISOString(),
      tookMs: Math.round(clock.now() - beganAtMs),
      isHealthy: findings.every(({ severity }) => severity !== 'problem'),
      findings,
      map: this.map(),
    }
  }
}
