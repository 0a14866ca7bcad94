import type { RouteFacts } from '@shared/contracts/route-manifest.ts'
import { openaiFaultBody } from '@shared/dialects/openai/openai-faults.ts'
import { Fault } from '@shared/fault/fault.ts'
import { faultsAs } from '@shared/http/faults-as.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import { parsePairingCode } from '../../policy/pairing/pairing-code.ts'
import { parsePeerAddress } from '../../policy/pairing/peer-address.ts'
import { CONFIRM_LIMIT_BYTES, ConfirmBody, digitsIn } from './invitations-plugin.ts'
import type { JoinWish, JoiningDesk } from './joining-desk.ts'
import { readRevisionWait } from './revision-wait.ts'

const PATH = '/v1/cluster/joining'

const READ: RouteFacts = {
  dialect: 'openai',
  capability: 'node',
  scope: 'admin',
  kind: 'local',
  bodyLimitBytes: 0,
  admission: 'none',
}
const WRITE: RouteFacts = { ...READ, bodyLimitBytes: CONFIRM_LIMIT_BYTES }

const JoinBody = Type.Object({
  /** With or without `@ADDRESS`. */
  code: Type.String({ maxLength: 512 }),
  address: Type.Optional(Type.String({ maxLength: 300 })),
})

const documented = (facts: RouteFacts, summary: string, description = '') => ({
  detail: routeDetail(facts, { tag: 'Cluster', summary, description }),
})

/** This node's way into the cluster of another one. */
export const joiningPlugin = (joining: JoiningDesk) =>
  new Elysia({ name: 'router/joining', normalize: false })
    .use(faultsAs('openai', openaiFaultBody))
    .post(
      PATH,
      ({ body, set }) => {
        const started = joining.start(wishOf(body.code, body.address))
        set.status = 202
        return started
      },
      {
        body: JoinBody,
        parse: 'json',
        ...documented(
          WRITE,
          'Join a cluster',
          '`code` as the inviting node shows it; without `address` (`192.168.1.5` or `192.168.1.5:8081`) that node is looked for on the local network. GET tells how far it is.',
        ),
      },
    )
    .get(
      PATH,
      ({ query, request }) => joining.read(readRevisionWait(query, request.signal)),
      documented(
        READ,
        'How joining goes',
        'With `?after=REVISION&wait_ms=20000` the answer comes when something has changed since that `revision`, or after that time (25 s at most).',
      ),
    )
    .delete(PATH, () => joining.cancel(), { ...documented(READ, 'Do not join after all') })
    .post(`${PATH}/confirm`, ({ body }) => joining.confirm(body.accept, digitsIn(body.check)), {
      body: ConfirmBody,
      parse: 'json',
      ...documented(
        WRITE,
        'Join the node that was found, or not',
        '`check`: the six digits of `host`, which the other machine shows too.',
      ),
    })

const wishOf = (text: string, addressText: string | undefined): JoinWish => {
  const [codeText = '', addressBehind] = text.split('@')
  const code = parsePairingCode(codeText)
  if (code === undefined)
    throw new Fault('invalid_request', "Invalid 'code': it has ten letters and digits, as in 7K-4XQ2-9WMA.", {
      param: 'code',
    })
  const asked = addressText ?? addressBehind
  if (asked === undefined) return { code, address: undefined }
  const address = parsePeerAddress(asked.trim())
  if (address === undefined)
    throw new Fault('invalid_request', "Invalid 'address': write it like 192.168.1.5 or 192.168.1.5:8081.", {
      param: 'address',
    })
  return { code, address }
}
