import { describe, expect, test } from 'bun:test'
import { choosePort, planDoor } from '../../../../../scripts/skein/node/public-door.ts'
import { CommandFailure } from '../../../../../scripts/skein/terminal/command-failure.ts'

const ADDRESSES = ['127.0.0.1', '172.17.0.1', '192.168.1.2', '169.254.1.1', '::1', 'fd00::2', 'fe80::2']

const plan = (host: string, hasGoodKey = true) =>
  planDoor({ host, hasGoodKey, allowsPublic: false }, ADDRESSES)

describe('the door', () => {
  test.each([
    ['127.0.0.1', '127.0.0.1'],
    ['localhost', 'localhost'],
    ['::1', '[::1]'],
    ['[::1]', '[::1]'],
  ])('on %s is for this machine alone and needs no key', (host, listenOn) => {
    expect(plan(host, false)).toEqual({ listenOn, localHost: listenOn, lanHosts: [] })
  })

  test('on one address of the network is reached there, also from this machine', () => {
    expect(plan('192.168.1.2')).toEqual({
      listenOn: '192.168.1.2',
      localHost: '192.168.1.2',
      lanHosts: ['192.168.1.2'],
    })
    expect(plan('fd00::2').lanHosts).toEqual(['[fd00::2]'])
  })

  test('on all of them is reached under each, those of a home before those of containers', () => {
    expect(plan('0.0.0.0')).toEqual({
      listenOn: '0.0.0.0',
      localHost: '127.0.0.1',
      lanHosts: ['192.168.1.2', '172.17.0.1'],
    })
    expect(plan('::')).toEqual({
      listenOn: '[::]',
      localHost: '[::1]',
      lanHosts: ['192.168.1.2', '172.17.0.1', '[fd00::2]'],
    })
  })

  test.each(['0.0.0.0', '192.168.1.2'])('on %s is refused while there is no key', (host) => {
    expect(() => plan(host, false)).toThrow('skein up --lan')
  })
})

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

test('says so when the address is none of this machine', () => {
  expect(() => choosePort('192.0.2.77', 0)).toThrow('no address of this machine')
})
