/** Where a proof tells what it saw. */
export interface ProofReport {
  figure(what: string, value: string): void
  /** A claim that held or did not: one that did not fails the run. */
  check(claim: string, holds: boolean): void
  progress(done: number, of: number): void
}

/** One claim about Skein at full size, too long for CI (which runs a sample of it). */
export type Proof = (report: ProofReport) => Promise<void>
