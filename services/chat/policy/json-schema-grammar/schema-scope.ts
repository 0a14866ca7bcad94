import { Fault } from '@shared/fault/fault.ts'
import type { Place } from './schema-place.ts'

/** What is done about a keyword that no grammar can guarantee. */
export type Unsupported = 'refuse' | 'loosen'

/** Schemas looked at, one within the other or through references: a few lines of `allOf` can ask for billions. */
const MAX_STEPS = 30_000

/** One schema at work: its root, and what is to be done where a grammar is not enough. */
export interface SchemaScope {
  readonly root: unknown
  /**
   * A keyword that cannot be guaranteed: returns where it is to be dropped, which accepts more than the schema does.
   * @param reason a sentence
   * @throws Fault `invalid_request` where it is to be refused
   */
  inexpressible(keyword: string, place: Pick<Place, 'pointer'>, reason?: string): void
  /** Told of each schema that is looked at, and of other work as long. @throws Fault `invalid_request` */
  step(steps?: number): void
}

export const createSchemaScope = (root: unknown, unsupported: Unsupported): SchemaScope => {
  let steps = 0
  return {
    root,
    inexpressible(keyword, { pointer }, reason = 'Leave it out, or check it yourself.') {
      if (unsupported === 'loosen') return
      const message = `'${keyword}' at '${pointer}' cannot be guaranteed by a grammar. ${reason}`
      throw new Fault('invalid_request', message, { param: pointer })
    },
    step(more = 1) {
      steps += more
      if (steps > MAX_STEPS)
        throw new Fault('invalid_request', 'The schema is too complex: its references multiply.')
    },
  }
}
