import { expect, test } from 'bun:test'
import {
  cardsOfLinux,
  cardsOfMacos,
  gatewayOfLinux,
  gatewayOfMacos,
} from '@service/router/adapters/doctor/doctor-tables.ts'

/** Recorded on Linux 6 and macOS 15, 2026-11. */
const LINUX_ROUTE = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00AE4D0A	00000000	0001	0	0	0	00FFFFFF	0	0	0
eth0	00000000	FEAE4D0A	0003	0	0	0	00000000	0	0	0
`
const LINUX_ARP = `IP address       HW type     Flags       HW address            Mask     Device
10.77.174.254    0x1         0x0         00:00:00:00:00:00     *        eth0
10.77.174.1      0x1         0x2         5a:2f:65:46:42:35     *        eth0
10.77.174.9      0x1         0x6         5a:2f:65:46:42:36     *        eth0
`
const MACOS_ROUTE = `   route to: default
destination: default
       mask: default
    gateway: 192.168.1.1
  interface: en0
      flags: <UP,GATEWAY,DONE,STATIC,PRCLONING,GLOBAL>
`
const MACOS_ARP = `? (192.168.1.1) at a4:2b:b0:c1:d2:e3 on en0 ifscope [ethernet]
? (192.168.1.7) at (incomplete) on en0 ifscope [ethernet]
studio.local (192.168.1.9) at 1:2:3:4:5:6 on en0 ifscope [ethernet]
`

test('the router of the network is found on Linux and on macOS', () => {
  expect(gatewayOfLinux(LINUX_ROUTE)).toBe('10.77.174.254')
  expect(gatewayOfMacos(MACOS_ROUTE)).toBe('192.168.1.1')
})

test('a machine without a way out has no router', () => {
  expect(gatewayOfLinux(LINUX_ROUTE.split('\n').slice(0, 2).join('\n'))).toBeUndefined()
  expect(gatewayOfLinux('')).toBeUndefined()
  expect(gatewayOfMacos('route: writing to routing socket: not in table')).toBeUndefined()
})

test('cards that told their address are told from those that were asked in vain', () => {
  expect([...cardsOfLinux(LINUX_ARP)]).toEqual([
    ['10.77.174.254', 'silent'],
    ['10.77.174.1', 'answers'],
    ['10.77.174.9', 'answers'],
  ])
  expect([...cardsOfMacos(MACOS_ARP)]).toEqual([
    ['192.168.1.1', 'answers'],
    ['192.168.1.7', 'silent'],
    ['192.168.1.9', 'answers'],
  ])
  expect([...cardsOfLinux('')]).toEqual([])
})
