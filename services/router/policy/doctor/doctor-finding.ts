/** What the doctor tells apart, each by a name that does not change. */
export const DOCTOR_CAUSES = [
  'fine',
  /** The network keeps its devices apart: guest networks, "client isolation" of access points. */
  'ap-isolation',
  /** macOS keeps Skein from the local network. */
  'local-network-permission',
  /** The machine is there, and packets to Skein's ports vanish. */
  'firewall',
  /** Packets go one way and not the other. */
  'one-way-loss',
  /** In no network of this machine, and there is no way. */
  'wrong-subnet',
  /** The machine answers, and nobody listens. */
  'nobody-listens',
  /** Nothing comes back: off, asleep, gone. */
  'no-answer',
  /** Something listens that is no Skein. */
  'not-skein',
  'wrong-cluster',
  'not-a-member',
  'removed',
  'wrong-identity',
  'duplicate-identity',
  'protocol-differs',
  'version-differs',
  'clock-skew',
  'multicast-blocked',
  'port-taken',
  /** All that can be seen works, and yet there is no link. */
  'link-down',
  'no-cluster',
  'alone',
  'door-on-loopback',
  'not-inviting',
  'ready-to-join',
  'this-machine',
  'not-running',
] as const

export type DoctorCause = (typeof DOCTOR_CAUSES)[number]

/** `ok`: worth knowing. `warning`: it works, but not well, or not for long. `problem`: something does not work. */
export type FindingSeverity = 'ok' | 'warning' | 'problem'

export interface DoctorFinding {
  readonly severity: FindingSeverity
  readonly cause: DoctorCause
  /** Whom it is about, as people call it; null: this node. */
  readonly node: string | null
  /** What was seen, and what follows most likely. */
  readonly words: string
  /** What to do; null: nothing. */
  readonly nextStep: string | null
}

/** A finding before it is said whom it is about. */
export type Diagnosis = Omit<DoctorFinding, 'node'>

export const problem = (cause: DoctorCause, words: string, nextStep: string | null): Diagnosis => ({
  severity: 'problem',
  cause,
  words,
  nextStep,
})

export const warning = (cause: DoctorCause, words: string, nextStep: string | null): Diagnosis => ({
  severity: 'warning',
  cause,
  words,
  nextStep,
})

export const remark = (cause: DoctorCause, words: string, nextStep: string | null = null): Diagnosis => ({
  severity: 'ok',
  cause,
  words,
  nextStep,
})
