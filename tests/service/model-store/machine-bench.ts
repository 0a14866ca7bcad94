import { openTestMachine } from '../../support/machines/test-machine.ts'
import type { MachineAnswer, TestMachine } from '../../support/machines/test-machine.ts'
import { jsonOf } from '../../support/wire-json.ts'
import type { WireJson } from '../../support/wire-json.ts'
import { openModelStoreHome } from './model-store-home.ts'
import type { ModelStoreHome } from './model-store-home.ts'

/** A model-store, and machines for it. */
export interface MachineBench {
  readonly home: ModelStoreHome
  machineWith(routes: Readonly<Record<string, MachineAnswer>>): TestMachine
  /** What the node says of a machine that it took. */
  added(body: object): Promise<WireJson>
  /** What it says instead. */
  refusal(body: object): Promise<WireJson>
  /** Ids of `GET /v1/models`. */
  listed(): Promise<string[]>
  close(): Promise<void>
}

export const openMachineBench = async (): Promise<MachineBench> => {
  const home = await openModelStoreHome()
  const machines: TestMachine[] = []
  const add = (body: object): Promise<Response> => home.call('/v1/externals', { json: body })
  return {
    home,
    machineWith(routes) {
      const machine = openTestMachine(routes)
      machines.push(machine)
      return machine
    },
    async added(body) {
      const response = await add(body)
      const reply = await jsonOf(response)
      if (!response.ok) throw new Error(JSON.stringify(reply))
      return reply
    },
    async refusal(body) {
      const response = await add(body)
      const reply = await jsonOf(response)
      if (response.ok) throw new Error(JSON.stringify(reply))
      return { status: response.status, ...reply.error }
    },
    listed: async () => (await jsonOf(home.call('/v1/models'))).data.map(({ id }: { id: string }) => id),
    async close() {
      await home.close()
      await Promise.all(machines.map((machine) => machine.stop()))
    },
  }
}
