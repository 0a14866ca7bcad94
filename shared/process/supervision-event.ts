/**
 * - `stopped`: not running, and not meant to
 * - `starting`: running, does not answer yet
 * - `ready`: answers its probe
 * - `stopping`: asked to end
 * - `backing-off`: failed; waits for its next start
 * - `failed`: failed so often before it was ever ready that nobody tries again
 */
export type SupervisedState = 'stopped' | 'starting' | 'ready' | 'stopping' | 'backing-off' | 'failed'

export type SupervisionEvent =
  | { readonly type: 'state-change'; readonly state: SupervisedState }
  | {
      readonly type: 'failure'
      /** One sentence for a person: how it ended. */
      readonly reason: string
      /** Its last log lines, oldest first. */
      readonly lines: readonly string[]
      readonly failuresInARow: number
      /** Milliseconds until the next start; null when there will be none. */
      readonly retryInMs: number | null
    }
