import { expect, test } from 'bun:test'
import { createPortableMachine } from '@service/router/adapters/portable-machine.ts'

const machine = createPortableMachine(async () => undefined)

test('its figures are within physical bounds', async () => {
  const { totalBytes, usedBytes, availableBytes } = await machine.memory()
  expect(totalBytes).toBeGreaterThan(100_000_000)
  expect(usedBytes).toBeGreaterThan(0)
  expect(usedBytes + availableBytes).toBe(totalBytes)
  expect(await machine.cores()).toBeGreaterThanOrEqual(1)
  const { busy, available } = await machine.cpu()
  expect(busy).toBeGreaterThan(0)
  expect(busy).toBeLessThanOrEqual(available)
})

test('a GPU that nothing tells of has a reason', async () => {
  expect((await machine.gpus()).reason).not.toBeNull()
})
