import type { TextEngine } from '@shared/inference/text-engine.ts'

/**
 * What a driver is beyond what its port promises. Cases about something that it is not are skipped; every other case
 * is about the port, and holds for all.
 */
export interface DriverTraits {
  /** Each engine is a process of its own, which takes memory and leaves none behind. */
  readonly hasOwnProcess: boolean
  /** It finds out itself what is wrong with a model file. */
  readonly readsModelFiles: boolean
  /** Tokens are drawn from probabilities: by seed, temperature, penalties and biases. */
  readonly samples: boolean
  /** Reading a prompt and opening a model take a while, in which they can be given up. */
  readonly takesTime: boolean
  /** Ends an engine as a native abort does. */
  crash(engine: TextEngine): void
}

export const TRAITS_OF_A_PRODUCT: DriverTraits = {
  hasOwnProcess: true,
  readsModelFiles: true,
  samples: true,
  takesTime: true,
  crash: ({ processId }) => void process.kill(processId, 'SIGSEGV'),
}
