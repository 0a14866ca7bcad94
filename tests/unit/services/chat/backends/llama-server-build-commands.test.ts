import { expect, test } from 'bun:test'
import {
  buildFailureReason,
  compileCommand,
  compiledFraction,
  configureCommand,
} from '@service/chat/backends/llama-server-build-commands.ts'

const configure = (accelerator: 'native' | 'cuda'): readonly string[] =>
  configureCommand({ source: '/s', output: '/o', accelerator, version: '1.2.3-skein.4' })

test('nothing is downloaded, and the result needs no library of its own', () => {
  expect(configure('native')).toEqual(
    expect.arrayContaining(['-DLLAMA_USE_PREBUILT_UI=OFF', '-DLLAMA_OPENSSL=OFF', '-DBUILD_SHARED_LIBS=OFF']),
  )
})

test('the binary will say the version that it was built as', () => {
  expect(configure('native')).toContain('-DLLAMA_BUILD_COMMIT=1.2.3-skein.4')
})

test('CUDA is built in only when it is asked for', () => {
  expect(configure('native')).not.toContain('-DGGML_CUDA=ON')
  expect(configure('cuda')).toContain('-DGGML_CUDA=ON')
})

test.each([
  [3, '3'],
  [0, '1'],
  [2.7, '2'],
])('%p jobs are %s compilers at once', (jobs, given) => {
  const command = compileCommand('/o', jobs)
  expect(command[command.indexOf('--parallel') + 1]).toBe(given)
})

test.each([
  ['[  0%] Building CXX object a.o', 0],
  ['[ 39%] Building CXX object a.o', 0.39],
  ['[100%] Built target llama-server', 1],
  ['[999%] no such share', 1],
  ['/a/b.cpp:1:2: warning: [ 39%] in a text', undefined],
  ['', undefined],
])('of the line %p the share is %p', (line, fraction) => {
  expect(compiledFraction(line)).toBe(fraction)
})

test('the reason of a failure is the first complaint, else the last line', () => {
  const lines = [
    '[ 1%] Building',
    'a.cpp:1:1: error: no such thing',
    'a.cpp:2:1: error: consequence',
    'make: *** [a] Error 1',
  ]
  expect(buildFailureReason(lines)).toBe('a.cpp:1:1: error: no such thing')
  expect(buildFailureReason(['one', 'two'])).toBe('two')
  expect(buildFailureReason([])).toBe('')
})
