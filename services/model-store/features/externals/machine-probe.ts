import type { ExternalKind, ProbedMachine } from './external.ts'

export interface ProbeTarget {
  readonly url: string
  readonly kind: ExternalKind
  readonly apiKey: string | undefined
}

/** Looks at servers of other machines, which may be anything, hostile too. */
export interface MachineProbe {
  /**
   * What answers there, and what models it has.
   * @param known of an earlier look: what cannot have changed is not asked for again
   * @throws Fault `invalid_request` with `param` `url` or `api_key`: what is wrong and the next step. `details.isTimeout`
   *   when it merely took too long
   */
  probe(target: ProbeTarget, known: ProbedMachine | undefined, signal: AbortSignal): Promise<ProbedMachine>
}
