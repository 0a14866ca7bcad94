import { Fault } from '@shared/fault/fault.ts'

/** The Fault that a promise rejects with. @throws Error when it does not, or with something else */
export const refusalOf = async (work: Promise<unknown>): Promise<Fault> => {
  const outcome: unknown = await work.then(
    () => new Error('Nothing was refused.'),
    (error: unknown) => error,
  )
  if (outcome instanceof Fault) return outcome
  throw outcome
}
