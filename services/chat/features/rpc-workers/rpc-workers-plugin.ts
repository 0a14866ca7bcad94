import { heldReply } from '@shared/contracts/held-grant.ts'
import type { GrantTimer } from '@shared/contracts/held-grant.ts'
import { RPC_WORKER_ROUTES } from '@shared/contracts/rpc-worker.ts'
import { controlPlaneFaults } from '@shared/http/control-plane.ts'
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { RpcWorkerDesk } from './rpc-worker-desk.ts'

const LONGEST_NAME = 1024

const LendBody = Type.Object({
  bytes: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  model: Type.String({ maxLength: LONGEST_NAME }),
})

/** Control plane: the router lends memory of this node to another one, for as long as it keeps the connection open. */
export const rpcWorkersPlugin = (desk: RpcWorkerDesk, timer: GrantTimer) =>
  new Elysia({ name: 'chat/rpc-workers' })
    .use(controlPlaneFaults)
    .get(RPC_WORKER_ROUTES.backend, () => desk.backend())
    .post(
      RPC_WORKER_ROUTES.lend,
      async ({ body, request }) => {
        const { end, ended, grant } = await desk.lend(body, request.signal)
        return heldReply(grant, { ended, onLeft: () => void end(), signal: request.signal }, timer)
      },
      { body: LendBody, parse: 'json' },
    )
