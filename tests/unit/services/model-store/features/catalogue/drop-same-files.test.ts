import { expect, test } from 'bun:test'
import { dropSameFiles } from '@service/model-store/features/catalogue/drop-same-files.ts'
import { foundModel } from './found-models.ts'

test('the same file found twice is one model with the names of both', () => {
  const models = dropSameFiles([
    foundModel('/a/one.gguf', { inode: '7' }),
    foundModel('/b/two.gguf', { inode: '7' }),
    foundModel('/c/three.gguf', { inode: '8' }),
  ])
  expect(models.map(({ files, aliases }) => [files[0].path, aliases])).toEqual([
    ['/a/one.gguf', ['one', 'two', 'two']],
    ['/c/three.gguf', ['three']],
  ])
})

test('the same inode with another size is on another disk', () => {
  const models = [
    foundModel('/a/one.gguf', { inode: '7', sizeBytes: 1 }),
    foundModel('/b/two.gguf', { inode: '7', sizeBytes: 2 }),
  ]
  expect(dropSameFiles(models)).toHaveLength(2)
})
