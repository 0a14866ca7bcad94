import { expect, test } from 'bun:test'
import { nobodyCan } from '@service/router/features/other-nodes/nobody-can.ts'
import type { NodeWish } from '@service/router/features/placement/node-placer.ts'
import type { RejectionReason } from '@service/router/policy/placement/placement.ts'
import { scriptedCard } from '../../../../../support/scripted-node.ts'
import { nodeIdFor } from '../../../../../support/scripted-nodes.ts'

const WISH: NodeWish = {
  capability: 'chat',
  model: scriptedCard('llama').id,
  promptTokens: 1,
  answerTokens: 1,
  onlyNode: undefined,
  excluded: [],
  prefix: undefined,
}

const faultOf = (reasons: Readonly<Record<string, RejectionReason>>, wish = WISH) =>
  nobodyCan(
    wish,
    Object.entries(reasons).map(([name, reason]) => ({ nodeId: nodeIdFor(name), name, reason })),
  )

test('what goes by with time is an overload, what does not is unavailable, and both can be tried again', () => {
  expect(faultOf({ mini: 'draining', studio: 'down' })).toMatchObject({
    code: 'overloaded',
    retryAfterSeconds: 2,
    message: "No node can answer with 'llama' now: mini takes nothing new, studio is down.",
  })
  expect(faultOf({ mini: 'ejected' })).toMatchObject({ code: 'unavailable', retryAfterSeconds: 2 })
})

test('nodes that have nothing to do with the request are left out of the sentence, unless there are no others', () => {
  expect(faultOf({ attic: 'no-model', mini: 'too-large' }).message).toBe(
    "No node can answer with 'llama' now: mini has no memory for the model.",
  )
  expect(faultOf({ attic: 'no-capability' }, { ...WISH, model: undefined }).message).toBe(
    "No node can do 'chat' now: attic cannot do this.",
  )
})

test('a model that is broken wherever it is is not the fault of the nodes', () => {
  expect(faultOf({ attic: 'no-model', mini: 'broken-model' })).toMatchObject({ code: 'model_not_loadable' })
  expect(faultOf({ attic: 'down', mini: 'broken-model' })).toMatchObject({ code: 'unavailable' })
})
