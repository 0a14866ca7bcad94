import { expect, test } from 'bun:test'
import { diagnose } from '@service/router/policy/doctor/diagnose.ts'
import { linkedPeer, peerEvidence, selfEvidence } from '../../../../../support/doctor/doctor-evidence-for.ts'

test('the worst comes first, and each finding says whom it is about', () => {
  const findings = diagnose({
    self: selfEvidence({ isDoorOpen: false, refusals: [{ host: '10.0.0.9', trouble: 'removed' }] }),
    peers: [linkedPeer({ name: 'laptop', version: '0.9.0' }), peerEvidence({ name: 'attic' })],
  })
  expect(findings.map(({ cause, node, severity }) => [severity, cause, node])).toEqual([
    ['problem', 'no-answer', 'attic'],
    ['warning', 'version-differs', 'laptop'],
    ['warning', 'removed', '10.0.0.9'],
    ['ok', 'door-on-loopback', null],
  ])
})
