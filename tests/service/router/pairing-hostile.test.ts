import { afterEach, describe, expect, test } from 'bun:test'
import { createPairingClient } from '@service/router/adapters/pairing/pairing-client.ts'
import { loadPairingCrypto } from '@service/router/adapters/pairing/pairing-crypto.ts'
import { PROVING_MS } from '@service/router/policy/pairing/invitation-state.ts'
import {
  closeNodes,
  codeOf,
  hostKeys,
  otherKeys,
  startNode,
  untilJoiningIsOver,
  wrongCodeLike,
} from '../../support/joining/meeting-nodes.ts'
import { createTestSigner } from '../../support/joining/pairing-node.ts'
import type { PairingNode } from '../../support/joining/pairing-node.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { jsonOf } from '../../support/wire-json.ts'
import type { WireJson } from '../../support/wire-json.ts'

const ID = createTestSigner().nodeId

afterEach(closeNodes)

describe('somebody between the two', () => {
  /** Passes everything on, but answers with a certificate of its own. */
  const startBetween = (host: PairingNode, changeHello: (hello: object) => object) =>
    startNode('between', {
      keys: otherKeys,
      wrapDoor: () => async (request) => {
        const { pathname } = new URL(request.url)
        const answer = await fetch(`https://127.0.0.1:${host.port}${pathname}`, {
          method: request.method,
          body: request.method === 'GET' ? null : await request.text(),
          tls: { rejectUnauthorized: false },
        })
        const body = (await answer.json()) as object
        return Response.json(pathname.endsWith('hello') ? changeHello(body) : body, { status: answer.status })
      },
    })

  test('is noticed when it shows its own certificate: the proof fails as with a wrong code', async () => {
    const [host, joiner] = [startNode('studio'), startNode('laptop', { keys: otherKeys })]
    const between = startBetween(host, (hello) => ({ ...hello, certificate: otherKeys.certificate }))
    const { code, id } = await host.invitations.open()
    joiner.joining.start({ code: codeOf(code), address: between.address })
    await untilJoiningIsOver(joiner)
    expect(await joiner.joining.read()).toMatchObject({ problem: 'code-wrong', attemptsLeft: 2 })
    expect(await host.invitations.read(id)).toMatchObject({ attemptsLeft: 2, joiner: null })
  })

  test('is noticed when it shows the certificate of the host: TLS fails', async () => {
    const [host, joiner] = [startNode('studio'), startNode('laptop')]
    const between = startBetween(host, (hello) => hello)
    const { code, id } = await host.invitations.open()
    joiner.joining.start({ code: codeOf(code), address: between.address })
    await untilJoiningIsOver(joiner)
    expect(await joiner.joining.read()).toMatchObject({ problem: 'no-answer' })
    expect(between.asked).toEqual(['hello'])
    expect(await host.invitations.read(id)).toMatchObject({ attemptsLeft: 3 })
  })

  test('is noticed when it claims another identity', async () => {
    const [host, joiner, other] = [startNode('studio'), startNode('laptop'), startNode('attic')]
    const { code } = await host.invitations.open()
    const plain = createPairingClient()
    const liar = startNode('liar', {
      wire: {
        ...plain,
        hello: async (...asked) => ({ ...(await plain.hello(...asked)), nodeId: other.signer.nodeId }),
      },
    })
    liar.joining.start({ code: codeOf(code), address: host.address })
    await untilJoiningIsOver(liar)
    expect(await liar.joining.read()).toMatchObject({ problem: 'code-wrong' })
    expect(joiner.desk.calls).toEqual([])
  })
})

describe('a door for strangers', () => {
  const ask = async (
    node: PairingNode,
    path: string,
    body?: string,
  ): Promise<{ readonly status: number; readonly body: WireJson }> => {
    const reply = await fetch(`https://127.0.0.1:${node.port}/_skein/peer/open/${path}`, {
      tls: { rejectUnauthorized: false },
      ...(body === undefined ? {} : { method: 'POST', body }),
    })
    return { status: reply.status, body: await jsonOf(reply) }
  }

  test('tells nothing but what diagnosis and pairing need', async () => {
    const host = startNode('studio')
    expect((await ask(host, 'hello')).body).toEqual({
      protocolVersion: 1,
      nodeId: host.signer.nodeId,
      clock: expect.any(Number),
      clusterTag: null,
      isInviting: false,
      invitationTag: null,
      certificate: hostKeys.certificate,
      linkPort: null,
    })
    const { code } = await host.invitations.open()
    const hello = JSON.stringify((await ask(host, 'hello')).body)
    expect(hello).toContain(`"invitationTag":"${code.slice(0, 2)}"`)
    expect(hello).not.toContain(code.slice(3, 7))
    expect(hello).not.toContain('studio')
  })

  test('says by name that nobody is invited', async () => {
    const host = startNode('studio')
    const body = JSON.stringify({ protocolVersion: 1, nodeId: ID, tag: '7K', request: 'AAAA' })
    expect(await ask(host, 'pair/start', body)).toEqual({
      status: 404,
      body: { problem: 'no-such-invitation' },
    })
  })

  test.each([
    ['no JSON', 'pair/start', '{'],
    ['another shape', 'pair/start', '[]'],
    ['a prototype', 'pair/start', '{"__proto__":{"tag":"7K"}}'],
    ['deep JSON', 'pair/start', '['.repeat(30_000)],
    ['too much', 'pair/start', `"${'x'.repeat(70_000)}"`],
    [
      'no request of the proof',
      'pair/start',
      JSON.stringify({ protocolVersion: 1, nodeId: ID, request: '!' }),
    ],
    ['another route', 'pair/admit', '{}'],
    ['a way out', '../../v1/models', '{}'],
  ])('refuses %s, and no attempt is spent', async (_what, path, body) => {
    const host = startNode('studio')
    const { code, id } = await host.invitations.open()
    const withTag = body.includes('protocolVersion') ? { ...JSON.parse(body), tag: code.slice(0, 2) } : body
    const text = typeof withTag === 'string' ? withTag : JSON.stringify(withTag)
    expect(await ask(host, path, text)).toEqual({ status: 400, body: { problem: 'broken-message' } })
    expect(await host.invitations.read(id)).toMatchObject({ attemptsLeft: 3 })
  })

  test('refuses another version of the protocol by name', async () => {
    const host = startNode('studio')
    const { code } = await host.invitations.open()
    const body = JSON.stringify({ protocolVersion: 2, nodeId: ID, tag: code.slice(0, 2), request: 'AAAA' })
    expect((await ask(host, 'pair/start', body)).body).toEqual({ problem: 'protocol-version' })
  })

  test('counts an attempt that is begun and never ended: who began it knows whether it was right', async () => {
    const clock = createManualClock()
    const host = startNode('studio', { clock })
    const { code, id } = await host.invitations.open()
    const { proof } = await loadPairingCrypto()
    const start = () => {
      const { request } = proof.ask(wrongCodeLike(code))
      return ask(
        host,
        'pair/start',
        JSON.stringify({ protocolVersion: 1, nodeId: ID, tag: code.slice(0, 2), request }),
      )
    }
    const [first] = [await start(), await start(), await start()]
    expect(first?.body).toMatchObject({ attemptsLeft: 2 })
    expect((await start()).body).toEqual({ problem: 'too-many-attempts', attemptsLeft: 0 })
    await clock.advance(PROVING_MS)
    expect(await host.invitations.read(id)).toMatchObject({ ending: 'too-many-attempts' })
  })

  test('takes no proof that was not made for this attempt, and no word of who has not proved anything', async () => {
    const host = startNode('studio')
    const { code } = await host.invitations.open()
    const { proof } = await loadPairingCrypto()
    const { request } = proof.ask(codeOf(code))
    const started = await ask(
      host,
      'pair/start',
      JSON.stringify({ protocolVersion: 1, nodeId: ID, tag: code.slice(0, 2), request }),
    )
    const { pairing } = started.body
    const question = JSON.stringify({ pairing, number: 1, sealed: 'AAAA' })
    expect((await ask(host, 'pair/wait', question)).body).toEqual({ problem: 'no-such-invitation' })
    const finish = JSON.stringify({ pairing, proof: request.slice(0, 86), sealed: 'AAAA' })
    expect((await ask(host, 'pair/finish', finish)).body).toEqual({ problem: 'code-wrong', attemptsLeft: 2 })
    expect((await ask(host, 'pair/finish', finish)).body).toEqual({ problem: 'expired' })
  })
})
