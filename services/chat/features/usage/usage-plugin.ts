import { USAGE_ROUTE } from '@shared/contracts/engine-usage.ts'
import { controlPlaneFaults } from '@shared/http/control-plane.ts'
import { streamReply } from '@shared/http/stream-reply.ts'
import { Elysia } from 'elysia'
import type { UsageOutbox } from './usage-outbox.ts'

/** Control plane: the router reads what each request used. */
export const usagePlugin = (outbox: UsageOutbox) =>
  new Elysia({ name: 'chat/usage' }).use(controlPlaneFaults).get(USAGE_ROUTE, ({ request }) => {
    const left = new AbortController()
    return streamReply(outbox.read(AbortSignal.any([request.signal, left.signal])), {
      contentType: 'application/x-ndjson',
      // A reader that sees the end comes again.
      faultFrame: () => '\n',
      onCancel: () => left.abort(),
    })
  })
