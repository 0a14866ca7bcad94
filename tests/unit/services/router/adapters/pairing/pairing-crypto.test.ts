import { describe, expect, test } from 'bun:test'
import { loadPairingCrypto, openSealedChannel } from '@service/router/adapters/pairing/pairing-crypto.ts'
import { createTestSigner } from '../../../../../support/joining/pairing-node.ts'

const parties = {
  pairingId: 'pairing-1',
  hostId: createTestSigner().nodeId,
  joinerId: createTestSigner().nodeId,
  certificate: 'PEM',
}

describe('a sealed channel', () => {
  test('carries values from one end to the other, and not back to who sent them', async () => {
    const host = await openSealedChannel('secret', parties, 'host')
    const joiner = await openSealedChannel('secret', parties, 'joiner')
    const text = await host.seal('greeting', { hello: ['wörld'] })
    expect(await joiner.open('greeting', text)).toEqual({ hello: ['wörld'] })
    expect(await host.open('greeting', text)).toBeUndefined()
    expect(joiner.checkDigits).toBe(host.checkDigits)
    expect(joiner.transcript).toEqual(host.transcript)
  })

  test('opens nothing under another label, of another secret, of other parties, or that was changed', async () => {
    const host = await openSealedChannel('secret', parties, 'host')
    const text = await host.seal('answer 1', { type: 'welcome' })
    const at = (secret: string, changes: object = {}) =>
      openSealedChannel(secret, { ...parties, ...changes }, 'joiner')
    const joiner = await at('secret')
    expect(await joiner.open('answer 2', text)).toBeUndefined()
    expect(await (await at('other')).open('answer 1', text)).toBeUndefined()
    expect(await (await at('secret', { certificate: 'MEP' })).open('answer 1', text)).toBeUndefined()
    const changed = `${text.slice(0, -2)}${text.endsWith('AA') ? 'BB' : 'AA'}`
    expect(await joiner.open('answer 1', changed)).toBeUndefined()
    for (const garbage of ['', '!', 'AAAA', 'A'.repeat(16), '\ud800'])
      expect(await joiner.open('answer 1', garbage)).toBeUndefined()
  })

  test('shows other digits where somebody stands between', async () => {
    const digits = await Promise.all(
      ['one', 'two', 'three'].map(
        async (secret) => (await openSealedChannel(secret, parties, 'host')).checkDigits,
      ),
    )
    expect(new Set(digits).size).toBe(3)
  })
})

const { proof } = await loadPairingCrypto()

describe('the proof of a code', () => {
  // Any text is a password to it.
  const [code, other] = ['7K4XQ29WMA', '7K4XQ29WMB'] as unknown as readonly Parameters<typeof proof.ask>[0][]
  if (code === undefined || other === undefined) throw new Error('Two codes are needed')

  test('gives both ends the same secret', () => {
    const asking = proof.ask(code)
    const answering = proof.answer(code, parties, asking.request)
    const concluded = asking.conclude(answering.reply, parties)
    expect(concluded?.secret).toBeString()
    expect(answering.finish(concluded?.proof ?? '')).toBe(concluded?.secret ?? '')
  })

  test('gives nothing for another code, another node or another certificate', () => {
    const asking = proof.ask(code)
    expect(asking.conclude(proof.answer(other, parties, asking.request).reply, parties)).toBeUndefined()
    const { reply } = proof.answer(code, parties, asking.request)
    for (const changes of [{ certificate: 'MEP' }, { joinerId: parties.hostId }, { pairingId: 'pairing-2' }])
      expect(asking.conclude(reply, { ...parties, ...changes })).toBeUndefined()
  })

  test('survives messages that are none', () => {
    expect(() => proof.answer(code, parties, '!')).toThrow("Invalid 'request'")
    const asking = proof.ask(code)
    expect(asking.conclude('garbage', parties)).toBeUndefined()
    expect(proof.answer(code, parties, asking.request).finish('garbage')).toBeUndefined()
  })
})
