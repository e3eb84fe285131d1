import type { ConversationId, TeamId } from '@tenon/base';
import { createFakeConversationMemory } from '@tenon/ports/testing';
import { historyText, recallTurns } from './history.js';
import { estimateTokens } from './tokens.js';

const teamId = 'team' as TeamId;
const conversationId = 'conversation' as ConversationId;
const use = { turns: null, rolePrefix: null, query: '' };

function turns(count: number, length = 1) {
  return Array.from({ length: count }, (_, index) => ({ query: `q${index}`.repeat(length), answer: `a${index}` }));
}

const recall = (given: ReturnType<typeof turns>, wanted: number | null) =>
  recallTurns(
    { ...use, turns: wanted },
    { teamId, conversationId },
    createFakeConversationMemory({ [conversationId]: given }),
  );

describe('earlier turns in a prompt', () => {
  it('are the newest of the window, oldest first', async () => {
    expect(await recall(turns(5), 2)).toEqual([
      { query: 'q3', answer: 'a3' },
      { query: 'q4', answer: 'a4' },
    ]);
  });

  it('are all that fit without a window', async () => {
    expect(await recall(turns(5), null)).toHaveLength(5);
    const long = turns(30, 200);
    const kept = await recall(long, null);
    expect(kept.length).toBeGreaterThan(1);
    expect(kept.length).toBeLessThan(30);
    expect(kept.at(-1)).toEqual(long.at(-1));
    const tokens = kept.reduce((sum, { query, answer }) => sum + estimateTokens(query) + estimateTokens(answer), 0);
    expect(tokens).toBeLessThanOrEqual(2000);
  });

  it('keep the newest whatever its length', async () => {
    expect(await recall([...turns(1), { query: 'long'.repeat(5000), answer: 'a' }], null)).toHaveLength(1);
  });

  it('are none outside a conversation, and none in a new one', async () => {
    expect(await recallTurns(use, { teamId }, createFakeConversationMemory())).toEqual([]);
    expect(await recall([], null)).toEqual([]);
  });

  it('read as lines of who said what', () => {
    expect(historyText(turns(1), { user: 'Human', assistant: 'AI' })).toBe('Human: q0\nAI: a0');
  });
});

describe('estimating tokens', () => {
  it('counts letters by four, other alphabets by two and ideographs by one', () => {
    expect(estimateTokens('abcdefgh')).toBe(2);
    expect(estimateTokens('привет')).toBe(3);
    expect(estimateTokens('你好')).toBe(2);
    expect(estimateTokens('')).toBe(0);
  });
});
