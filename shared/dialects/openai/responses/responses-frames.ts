import type { Fault } from '@shared/fault/fault.ts'
import { responsesErrorEvent } from './responses-faults.ts'
import type { ResponseEvent } from './responses-writer.ts'

/** An event as it is kept and sent: its JSON is written once. */
export interface WrittenEvent {
  readonly sequence: number
  readonly type: string
  readonly json: string
}

export const writtenEvent = (event: ResponseEvent): WrittenEvent => ({
  sequence: event.sequence_number,
  type: event.type,
  json: JSON.stringify(event),
})

export const RESPONSES_DONE = 'data: [DONE]\n\n'

/** A comment, which clients skip: it keeps the connection alive. */
export const RESPONSES_KEEP_ALIVE = ': keep-alive\n\n'

export const responsesFrame = ({ json, type }: WrittenEvent): string => `event: ${type}\ndata: ${json}\n\n`

/** The last frames of a stream that cannot go on, although its response may. */
export const responsesFaultFrame = (fault: Fault): string =>
  `event: error\ndata: ${JSON.stringify(responsesErrorEvent(fault))}\n\n${RESPONSES_DONE}`
