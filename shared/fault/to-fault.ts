import { Fault } from './fault.ts'

/**
 * Any thrown value as a Fault. What is not a Fault already is our own mistake: the caller gets a fixed
 * sentence, never the original message; the original stays in `cause` for the log.
 * Called where failures leave the program and nowhere else (`faultsAs`, `streamReply`, the router's front door).
 */
export const toFault = (thrown: unknown): Fault =>
  thrown instanceof Fault
    ? thrown
    : new Fault('internal', 'Something went wrong inside Skein. The log of this node has the details.', {
        cause: thrown,
      })
