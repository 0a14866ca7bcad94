import type { AddressEvidence, HelloEvidence, ProbeResult } from '../../policy/doctor/doctor-evidence.ts'
import type { DoctorPorts } from './doctor-ports.ts'

/** Of a local network: who takes longer lets nodes wait as well. */
const PROBE_WITHIN_MS = 2000
const HELLO_WITHIN_MS = 2000
/** Discard: hardly anybody listens there, so a machine that lets packets in refuses at once. */
export const CONTROL_PORT = 9

/** One address to look at. */
export interface ProbedAddress {
  readonly host: string
  readonly dataPort: number
  readonly linkPort: number | undefined
  /** There is a link: its port needs no probe. */
  readonly isLinked: boolean
}

/** Undefined until all probes are over: those of one machine make the network cards answer. */
export type ProbedEvidence = Omit<AddressEvidence, 'card' | 'wasSeen'>

/** What can be learned of one address by knocking. Takes four seconds at most; never rejects. */
export const gatherAddress = async (
  ports: Pick<DoctorPorts, 'network' | 'hello' | 'clock' | 'now'>,
  { dataPort, host, isLinked, linkPort }: ProbedAddress,
): Promise<ProbedEvidence> => {
  const { network } = ports
  const probe = (port: number): Promise<ProbeResult> => network.probe(host, port, PROBE_WITHIN_MS)
  const dataProbe = probe(dataPort)
  const [data, link, control, hello] = await Promise.all([
    dataProbe,
    probeLink(linkPort, isLinked, probe),
    probe(CONTROL_PORT),
    dataProbe.then((result) => (result === 'connected' ? askHello(ports, host, dataPort) : undefined)),
  ])
  const place = network.placeOf(host)
  const toldPort = hello?.type === 'node' ? hello.linkPort : undefined
  if (linkPort !== undefined || toldPort === undefined)
    return { host, dataPort, linkPort, place, data, link, control, hello }
  return { host, dataPort, linkPort: toldPort, place, data, link: await probe(toldPort), control, hello }
}

const probeLink = (
  linkPort: number | undefined,
  isLinked: boolean,
  probe: (port: number) => Promise<ProbeResult>,
): Promise<ProbeResult | undefined> => {
  if (linkPort === undefined) return Promise.resolve(undefined)
  return isLinked ? Promise.resolve('connected') : probe(linkPort)
}

type AnsweredHello = HelloEvidence & { readonly linkPort?: number | undefined }

const askHello = async (
  { clock, hello, now }: Pick<DoctorPorts, 'hello' | 'clock' | 'now'>,
  host: string,
  port: number,
): Promise<AnsweredHello> => {
  const late = new AbortController()
  const cancel = clock.after(HELLO_WITHIN_MS, () => late.abort(new Error('It takes too long')))
  const beganAt = clock.now()
  try {
    const {
      clock: theirs,
      clusterTag,
      isInviting,
      linkPort,
      nodeId,
      protocolVersion,
    } = await hello({ host, port }, late.signal)
    const halfWayMs = (clock.now() - beganAt) / 2
    const clockSkewMs = theirs + halfWayMs - now()
    const told = { nodeId, protocolVersion, clusterTag, isInviting, clockSkewMs }
    return { type: 'node', ...told, linkPort: linkPort ?? undefined }
  } catch {
    // It accepted the connection, so somebody is there.
    return { type: 'other' }
  } finally {
    cancel()
  }
}
