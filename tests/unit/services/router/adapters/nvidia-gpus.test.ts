import { expect, test } from 'bun:test'
import { parseNvidiaGpus, readNvidiaGpus } from '@service/router/adapters/nvidia-gpus.ts'

const MEBIBYTE = 1024 * 1024

test('each line is a GPU: percent of its time, bytes of its memory', () => {
  expect(parseNvidiaGpus('NVIDIA H200, 37, 1024, 143771\nNVIDIA GeForce RTX 4090, 0, 12, 24564\n')).toEqual([
    {
      name: 'NVIDIA H200',
      vendor: 'nvidia',
      percent: 37,
      memoryUsedBytes: 1024 * MEBIBYTE,
      memoryTotalBytes: 143_771 * MEBIBYTE,
    },
    {
      name: 'NVIDIA GeForce RTX 4090',
      vendor: 'nvidia',
      percent: 0,
      memoryUsedBytes: 12 * MEBIBYTE,
      memoryTotalBytes: 24_564 * MEBIBYTE,
    },
  ])
})

test('what a GPU does not tell is null, never zero', () => {
  const told = { name: 'NVIDIA GB10', vendor: 'nvidia' }
  const unknown = { percent: null, memoryUsedBytes: null, memoryTotalBytes: null }
  expect(parseNvidiaGpus('NVIDIA GB10, [N/A], [N/A], [Not Supported]')).toEqual([
    { ...told, ...unknown },
  ] as never)
})

test.each(['', '\n', 'No devices were found', 'NVIDIA-SMI has failed, because', 'a,1,2'])(
  'what is no table of GPUs has none: %p',
  (text) => expect(parseNvidiaGpus(text)).toEqual([]),
)

test('a machine without the program says why there is no figure', async () => {
  const reading = await readNvidiaGpus(async () => undefined)
  expect(reading.gpus).toEqual([])
  expect(reading.reason).toContain('nvidia-smi')
  expect((await readNvidiaGpus(async () => 'No devices were found\n')).reason).toContain('no GPU')
})

test('it asks for what it reads, as a table without headings and units', async () => {
  const asked: string[][] = []
  await readNvidiaGpus(async (...words) => {
    asked.push(words)
    return ''
  })
  expect(asked).toEqual([
    [
      'nvidia-smi',
      '--query-gpu=name,utilization.gpu,memory.used,memory.total',
      '--format=csv,noheader,nounits',
    ],
  ])
})
