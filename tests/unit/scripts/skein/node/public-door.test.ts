import { expect, test } from 'bun:test'
import { choosePort, parseLoopbackHost } from '../../../../../scripts/skein/node/public-door.ts'
import { CommandFailure } from '../../../../../scripts/skein/terminal/command-failure.ts'

test('the door is on loopback', () => {
  expect(parseLoopbackHost('127.0.0.1')).toBe('127.0.0.1')
  expect(parseLoopbackHost('::1')).toBe('[::1]')
  expect(parseLoopbackHost('localhost')).toBe('localhost')
})

test.each(['0.0.0.0', '192.168.1.2', '::', 'example.com', '127.0.0.1.example.com', ''])(
  'any other address is refused with the reason: %p',
  (host) => {
    expect(() => parseLoopbackHost(host)).toThrow('loopback only')
  },
)

test('takes a free port as it is, and finds one for 0', () => {
  const port = choosePort('127.0.0.1', 0)
  expect(port).toBeGreaterThan(1023)
  expect(choosePort('127.0.0.1', port)).toBe(port)
})

test('says so when the port is taken, and what to do', () => {
  const other = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response() })
  try {
    choosePort('127.0.0.1', other.port ?? 0)
    expect.unreachable()
  } catch (error) {
    expect(error).toBeInstanceOf(CommandFailure)
    expect((error as CommandFailure).message).toContain(`Port ${other.port}`)
    expect((error as CommandFailure).nextStep).toContain('--port')
  } finally {
    void other.stop(true)
  }
})
