import { beforeEach, describe, expect, test } from 'bun:test'
import { Catalogue } from '@service/model-store/features/catalogue/catalogue.ts'
import type { FoundModel } from '@service/model-store/features/catalogue/found-model.ts'
import type { Inspection } from '@service/model-store/features/catalogue/model-inspector.ts'
import { createScanModels } from '@service/model-store/features/catalogue/scan-models.ts'
import { createLog } from '@shared/log/create-log.ts'
import { createManualClock } from '../../../../../support/manual-clock.ts'
import { foundModel, memoryRecords, soundInspection } from './found-models.ts'

const DAY_MS = 24 * 3600 * 1000

const createScan = (records = memoryRecords(), inspectorVersion = 1) => {
  const clock = createManualClock(1000)
  const state = {
    found: [] as FoundModel[],
    inspected: [] as string[],
    inspect: ((): Inspection => soundInspection()) as (path: string) => Inspection | Promise<Inspection>,
  }
  const catalogue = new Catalogue(records)
  const scan = createScanModels({
    catalogue,
    clock,
    log: createLog('test', 'silent'),
    finders: [{ root: '/models', find: () => Promise.resolve([...state.found]) }],
    inspector: {
      version: inspectorVersion,
      async inspect([path]) {
        state.inspected.push(path!)
        return state.inspect(path!)
      },
      tensors: () => Promise.resolve([]),
    },
  })
  return { catalogue, clock, records, scan, state }
}

let { catalogue, clock, records, scan, state } = createScan()
beforeEach(() => {
  ;({ catalogue, clock, records, scan, state } = createScan())
})

const ids = (): string[] => catalogue.models.map(({ card }) => card.id)

describe('one scan after the other', () => {
  test('a file that appears is a model, one that vanishes is gone', async () => {
    state.found = [foundModel('/models/a.gguf'), foundModel('/models/b.gguf')]
    expect(await scan()).toMatchObject({ added: ['a', 'b'], removed: [] })
    expect(catalogue.revision).toBe(1)
    state.found = [foundModel('/models/b.gguf')]
    expect(await scan()).toMatchObject({ added: [], removed: ['a'] })
    expect(ids()).toEqual(['b'])
    expect(catalogue.revision).toBe(2)
  })

  test('nothing new changes nothing: no look inside, no write, no revision', async () => {
    state.found = [foundModel('/models/a.gguf')]
    await scan()
    await scan()
    expect(state.inspected).toEqual(['/models/a.gguf'])
    expect(records.saves).toHaveLength(1)
    expect(catalogue.revision).toBe(1)
  })

  test.each([
    ['size', { sizeBytes: 11 }],
    ['time', { modifiedMs: 2000 }],
    ['inode', { inode: 'other' }],
  ])('a file of another %s is looked at again and keeps its id', async (_what, change) => {
    state.found = [foundModel('/models/a.gguf')]
    await scan()
    state.found = [foundModel('/models/a.gguf', change)]
    state.inspect = () => soundInspection({ architecture: 'qwen3' })
    await scan()
    expect(state.inspected).toHaveLength(2)
    expect(catalogue.get('a').card.architecture).toBe('qwen3')
  })

  test('a new version of the inspector looks at everything again', async () => {
    state.found = [foundModel('/models/a.gguf')]
    await scan()
    const newer = createScan(records, 2)
    newer.state.found = state.found
    await newer.scan()
    expect(newer.state.inspected).toEqual(['/models/a.gguf'])
  })

  test('a file that could not be opened is tried again at every scan', async () => {
    state.found = [foundModel('/models/a.gguf')]
    state.inspect = () => ({ ...soundInspection(), defect: 'No.', isPassing: true }) as Inspection
    await scan()
    state.inspect = () => soundInspection()
    await scan()
    expect(catalogue.get('a').card.defect).toBeUndefined()
  })

  test('files that are not models of their own are counted and not looked at again', async () => {
    state.found = [foundModel('/models/a.gguf')]
    state.inspect = () => ({ type: 'other', reason: 'a part' })
    expect(await scan()).toEqual({ added: [], removed: [], skipped: 1 })
    expect(await scan()).toEqual({ added: [], removed: [], skipped: 1 })
    expect(state.inspected).toHaveLength(1)
  })
})

describe('ids', () => {
  test('they survive a restart and newcomers', async () => {
    state.found = [foundModel('/models/z/tiny.gguf')]
    await scan()
    const restarted = createScan(records)
    restarted.state.found = [foundModel('/models/a/tiny.gguf'), ...state.found]
    await restarted.scan()
    expect(restarted.catalogue.get('tiny').card.path).toBe('/models/z/tiny.gguf')
    expect(restarted.catalogue.get('tiny-2').card.path).toBe('/models/a/tiny.gguf')
    expect(restarted.state.inspected).toEqual(['/models/a/tiny.gguf'])
  })

  test('a file that comes back within a month has its old id; after that it begins anew', async () => {
    const late = foundModel('/models/late/tiny.gguf')
    state.found = [foundModel('/models/first/tiny.gguf'), late]
    await scan()
    state.found = []
    await scan()
    await clock.advance(29 * DAY_MS)
    state.found = [late]
    await scan()
    expect(ids()).toEqual(['tiny-2'])
    state.found = []
    await scan()
    await clock.advance(31 * DAY_MS)
    await scan()
    state.found = [late]
    await scan()
    expect(ids()).toEqual(['tiny'])
  })
})

test('who asks during a scan gets the next one, and all who wait share it', async () => {
  const gate = Promise.withResolvers<void>()
  state.found = [foundModel('/models/a.gguf')]
  state.inspect = async () => {
    await gate.promise
    return soundInspection()
  }
  const first = scan()
  await Promise.resolve()
  const second = scan()
  const third = scan()
  state.found = [foundModel('/models/a.gguf'), foundModel('/models/b.gguf')]
  expect(second).toBe(third)
  gate.resolve()
  expect<readonly string[]>((await first).added).toEqual(['a'])
  expect<readonly string[]>((await second).added).toEqual(['b'])
})

test('a finder that fails lets the next scan try again', async () => {
  let isFailing = true
  const failing = createScanModels({
    catalogue,
    clock,
    log: createLog('test', 'silent'),
    finders: [
      { root: '/', find: () => (isFailing ? Promise.reject(new Error('disk')) : Promise.resolve([])) },
    ],
    inspector: {
      version: 1,
      inspect: () => Promise.reject(new Error('unused')),
      tensors: () => Promise.resolve([]),
    },
  })
  await expect(failing()).rejects.toThrow('disk')
  isFailing = false
  expect(await failing()).toEqual({ added: [], removed: [], skipped: 0 })
})
