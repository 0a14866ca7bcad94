import { expect, test } from 'bun:test'
import { shardArguments } from '@service/chat/engines/llama-server/shard-arguments.ts'
import type { LlamaServerShards } from '@service/chat/engines/llama-server/shard-arguments.ts'

const WORKERS = [
  { endpoint: '127.0.0.1:40001', layers: 3 },
  { endpoint: '127.0.0.1:40002', layers: 5 },
]

const flagsOf = (shards: LlamaServerShards): Record<string, string | undefined> => {
  const given = shardArguments(shards)
  return Object.fromEntries(
    given.flatMap((flag, index) => (flag.startsWith('--') ? [[flag, given[index + 1]]] : [])),
  )
}

test('a processor keeps the beginning and the output, the workers share the rest', () => {
  expect(flagsOf({ workers: WORKERS, localLayers: 4, localDevices: [] })).toEqual({
    '--rpc': '127.0.0.1:40001,127.0.0.1:40002',
    '--device': 'RPC0,RPC1',
    // llama.cpp counts the output as a layer of the last device, whence it is taken back.
    '--n-gpu-layers': '9',
    '--tensor-split': '3,6',
    '--override-tensor': '^output=CPU',
    '--split-mode': 'layer',
    '--fit': 'off',
    '--load-mode': 'none',
  })
})

test('a graphics device of our own comes last, with the output', () => {
  const flags = flagsOf({ workers: WORKERS, localLayers: 4, localDevices: ['MTL0'] })
  expect(flags).toMatchObject({
    '--device': 'RPC0,RPC1,MTL0',
    '--n-gpu-layers': '13',
    '--tensor-split': '3,5,5',
  })
  expect(flags).not.toHaveProperty('--override-tensor')
})

test('several devices of our own share our layers, and none is forgotten', () => {
  const flags = flagsOf({ workers: WORKERS, localLayers: 7, localDevices: ['CUDA0', 'CUDA1', 'CUDA2'] })
  expect(flags).toMatchObject({ '--n-gpu-layers': '16', '--tensor-split': '3,5,3,2,3' })
})

test('a device of our own without a layer still has the output', () => {
  const flags = flagsOf({ workers: WORKERS, localLayers: 0, localDevices: ['CUDA0'] })
  expect(flags).toMatchObject({ '--n-gpu-layers': '9', '--tensor-split': '3,5,1' })
})
