import { Fault } from '@shared/fault/fault.ts'
import type { FaultCode } from '@shared/fault/fault.ts'

/** Where a URL was written: in a field of the caller, or in a redirect that this field's server sent. */
export interface UrlSource {
  /** The field or variable, as its writer calls it. */
  readonly param: string
  readonly isRedirect: boolean
}

/**
 * A Fault about a URL. `problem` is a verb phrase that follows "The URL in 'image_url'" and
 * "… redirects to one that": it never quotes the URL and never says what a name resolved to.
 */
export const urlRefusal = (source: UrlSource, code: FaultCode, problem: string): Fault => {
  const subject = `The URL in '${source.param}'${source.isRedirect ? ' redirects to one that' : ''}`
  return new Fault(code, `${subject} ${problem}`, { param: source.param })
}
