import { describe, expect, test } from 'bun:test'
import { assignModelIds, idNameOf } from '@service/model-store/features/catalogue/assign-model-ids.ts'
import type { NamedFile } from '@service/model-store/features/catalogue/assign-model-ids.ts'
import { parseModelId } from '@shared/dialects/model-name.ts'

const file = (path: string, name: string, kept?: string, isReturning = false): NamedFile => ({
  path,
  name,
  keptId: kept === undefined ? null : parseModelId(kept)!,
  isReturning,
})

const idsOf = (...files: readonly NamedFile[]): Record<string, string> =>
  Object.fromEntries(assignModelIds(files))

test.each([
  ['Llama-3.2-1B-Instruct-Q4_K_M', 'llama-3.2-1b-instruct-q4_k_m'],
  ['Meine Modelle (neu)', 'meine-modelle-neu'],
  ['Acme/Tiny Model', 'acme/tiny-model'],
  ['a/b/c', 'a/b-c'],
  ['llama3.2:1b', 'llama3.2:1b'],
  ['../../etc/passwd', 'etc/passwd'],
  ['___', 'model'],
  ['日本語', 'model'],
  ['', 'model'],
  ['state', 'model-state'],
  ['downloads/x', 'model-downloads/x'],
  ['x/state', 'x/state'],
])('%s becomes %s', (name, id) => {
  expect(idNameOf(name)).toBe(id)
  expect(parseModelId(id)).toBeDefined()
})

test('whatever a file is called, its id is in the grammar', () => {
  for (const name of ['a'.repeat(5000), '/'.repeat(50), '\0\n', '-x', '.hidden', `${'a'.repeat(119)}/b`])
    expect(parseModelId(idNameOf(name))).toBeDefined()
})

describe('unique ids', () => {
  test('the first of several that want a name gets it, the others a number', () => {
    expect(idsOf(file('/1', 'Tiny'), file('/2', 'tiny'), file('/3', 'TINY'))).toEqual({
      '/1': 'tiny',
      '/2': 'tiny-2',
      '/3': 'tiny-3',
    })
  })

  test('a kept id stays, whoever comes before it', () => {
    expect(idsOf(file('/new', 'tiny'), file('/old', 'tiny', 'tiny'))).toEqual({
      '/new': 'tiny-2',
      '/old': 'tiny',
    })
  })

  test('a number that is taken is left out', () => {
    expect(
      idsOf(file('/1', 'tiny', 'tiny'), file('/2', 'tiny-2', 'tiny-2'), file('/3', 'tiny')),
    ).toMatchObject({
      '/3': 'tiny-3',
    })
  })

  test('a file that comes back has its old id, unless another has it now', () => {
    expect(idsOf(file('/back', 'tiny', 'old-name', true))).toEqual({ '/back': 'old-name' })
    expect(idsOf(file('/back', 'tiny', 'tiny', true), file('/here', 'tiny', 'tiny'))).toEqual({
      '/back': 'tiny-2',
      '/here': 'tiny',
    })
  })
})
