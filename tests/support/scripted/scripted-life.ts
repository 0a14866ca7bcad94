import { Fault } from '@shared/fault/fault.ts'

/** Whether a scripted engine is still there. */
export interface ScriptedLife {
  readonly isOver: boolean
  readonly exited: Promise<string>
  /** Later ends change nothing. */
  end(reason: string): void
  /** @throws Fault `engine_failed` when it is over */
  check(): void
}

export const createScriptedLife = (): ScriptedLife => {
  const { promise: exited, resolve } = Promise.withResolvers<string>()
  let reason: string | undefined
  return {
    exited,
    get isOver() {
      return reason !== undefined
    },
    end(why) {
      reason ??= why
      resolve(reason)
    },
    check() {
      if (reason !== undefined) throw engineEnded(reason)
    },
  }
}

export const engineEnded = (reason: string): Fault =>
  new Fault('engine_failed', `The engine of this model stopped unexpectedly (${reason}).`)
