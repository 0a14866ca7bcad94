import { expect, test } from 'bun:test'
import {
  decisionNote,
  decisionReason,
  rejectionSentence,
} from '@service/router/policy/placement/placement-words.ts'
import type { PlacementDecision, RankedCandidate } from '@service/router/policy/placement/placement.ts'
import { nodeIdFor } from '../../../../../support/scripted-nodes.ts'

const candidate = (changes: Partial<RankedCandidate>): RankedCandidate => ({
  nodeId: nodeIdFor('mini'),
  name: 'mini',
  score: 1,
  cost: { networkMs: 0, queueMs: 0, loadMs: 0, prefillMs: 0, decodeMs: 0, pressureMs: 0 },
  matchedTokens: 0,
  isWarm: false,
  ...changes,
})

const decision = (...ranking: RankedCandidate[]): PlacementDecision => ({
  policy: 'best',
  ranking,
  rejections: [],
})

test('a note says what decided, and where the request has been before', () => {
  const warm = candidate({ isWarm: true, matchedTokens: 870 })
  const failed = [{ name: 'studio', reason: 'unreachable' }]
  expect(decisionNote(decision(warm, candidate({}), candidate({})), 1000, failed)).toBe(
    'best; warm; prefix 87%; 3 candidates; retried from studio (unreachable)',
  )
  expect(decisionNote(decision(candidate({})), 0, [])).toBe('best; cold; 1 candidate')
})

test('a prompt that was guessed too short never matches by more than all of it', () => {
  expect(decisionNote(decision(candidate({ matchedTokens: 50 })), 10, [])).toContain('prefix 100%')
})

test('the reason that is counted is the strongest', () => {
  const both = candidate({ isWarm: true, matchedTokens: 1 })
  expect(decisionReason(decision(both), [{ name: 'x', reason: 'y' }])).toBe('retried')
  expect(decisionReason(decision(both), [])).toBe('prefix')
  expect(decisionReason(decision(candidate({ isWarm: true })), [])).toBe('warm')
  expect(decisionReason(decision(candidate({})), [])).toBe('cold')
})

test('rejections are one sentence', () => {
  const nodeId = nodeIdFor('mini')
  expect(
    rejectionSentence([
      { nodeId, name: 'mini', reason: 'down' },
      { nodeId, name: 'studio', reason: 'too-large' },
    ]),
  ).toBe('mini is down, studio has no memory for the model')
})
