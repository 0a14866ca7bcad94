import type { RouteFacts } from '@shared/contracts/route-manifest.ts'
import { openaiFaultBody } from '@shared/dialects/openai/openai-faults.ts'
import { Fault } from '@shared/fault/fault.ts'
import { faultsAs } from '@shared/http/faults-as.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import { parsePeerAddress } from '../../policy/pairing/peer-address.ts'
import type { PeerAddress } from '../../policy/pairing/peer-address.ts'
import type { DoctorDesk } from './doctor-desk.ts'

const FACTS: RouteFacts = {
  dialect: 'openai',
  capability: 'node',
  scope: 'manage',
  kind: 'local',
  bodyLimitBytes: 0,
  admission: 'none',
}

const LONGEST_ADDRESS = 300

const documented = (facts: RouteFacts, summary: string, description: string) => ({
  detail: routeDetail(facts, { tag: 'Cluster', summary, description }),
})

/** Why nodes do not get together, for who operates them. */
export const doctorPlugin = (doctor: DoctorDesk) =>
  new Elysia({ name: 'router/doctor', normalize: false })
    .use(faultsAs('openai', openaiFaultBody))
    .get(
      '/v1/doctor',
      async ({ query }) => ({ object: 'doctor.report' as const, ...(await doctor.check(addressIn(query))) }),
      {
        query: Type.Object({ address: Type.Optional(Type.String({ maxLength: LONGEST_ADDRESS })) }),
        ...documented(
          FACTS,
          'Why nodes do not get together',
          'Looks at this node, its network and the other nodes; takes some seconds. `findings`: what was seen, by the name of its cause, the worst first, each with the next step. `map`: every link as each end sees it. `address`: also a machine that is no member, to see why `skein join` does not find it. `?node=`: another node looks.',
        ),
      },
    )
    .post(
      '/v1/doctor/bandwidth',
      async () => ({ object: 'doctor.bandwidth' as const, ...(await doctor.measureBandwidth()) }),
      documented(
        { ...FACTS, bodyLimitBytes: 4096 },
        'Measure how fast nodes reach each other',
        'Every node in turn lets every other send 64 MiB, or for two seconds. `map`: all links with what was measured; `leftOut`: nodes that did not.',
      ),
    )

const addressIn = ({ address: text }: { readonly address?: string }): PeerAddress | undefined => {
  if (text === undefined) return undefined
  const address = parsePeerAddress(text.trim())
  if (address !== undefined) return address
  throw new Fault(
    'invalid_request',
    "Invalid 'address': expected the address of a machine, like 192.168.1.5 or studio.local:8081.",
    { param: 'address' },
  )
}
