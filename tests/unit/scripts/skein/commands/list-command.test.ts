import { describe, expect, test } from 'bun:test'
import { MODEL, skein } from '../scripted-door.ts'

describe('skein list', () => {
  test('shows models with sizes for people, page after page', async () => {
    const second = { ...MODEL, id: 'second', sizeBytes: 64_000_000_000 }
    const { output, requests } = await skein(
      {
        'GET /models': (request) =>
          new URL(request.url).searchParams.get('after') === 'owner/model'
            ? { data: [second], nextCursor: null }
            : { data: [MODEL], nextCursor: 'owner/model' },
      },
      'list',
    )
    expect(output).toContain('owner/model  1.85 MB  Q4_K_M')
    expect(output).toContain('second       64 GB')
    expect(requests).toEqual(['GET /models?limit=100&after=', 'GET /models?limit=100&after=owner%2Fmodel'])
  })

  test('is JSON when asked', async () => {
    const { output } = await skein({ 'GET /models': () => ({ data: [MODEL] }) }, 'list', '--json')
    expect(JSON.parse(output)).toEqual({ object: 'list', data: [MODEL] })
  })

  test('says which file cannot be used, and why', async () => {
    const broken = { ...MODEL, state: 'error', error: 'its tensors are cut off' }
    const { output } = await skein({ 'GET /models': () => ({ data: [broken] }) }, 'list')
    expect(output).toContain('cannot be used: its tensors are cut off')
  })

  test('never lets a name from a file speak to the terminal', async () => {
    const { output } = await skein(
      { 'GET /models': () => ({ data: [{ ...MODEL, id: 'evil\u001B]0;title\u0007\r' }] }) },
      'list',
    )
    expect(output).toContain('evil]0;title')
    // oxlint-disable-next-line no-control-regex
    expect(output).not.toMatch(/[\u0007\u001B\r]/)
  })

  test('ends though a node hands out pages for ever', async () => {
    const { requests } = await skein(
      { 'GET /models': () => ({ data: [MODEL], nextCursor: 'again' }) },
      'list',
    )
    expect(requests.length).toBe(100)
  })
})
