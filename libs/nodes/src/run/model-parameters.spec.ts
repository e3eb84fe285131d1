import { lookupIn } from '@tenon/engine';
import { boundReply, fillParameters } from './model-parameters.js';

describe('parameters of a model', () => {
  const lookup = lookupIn({ 'n.temperature': '0.5', 'n.on': 'true', 'n.word': 'low', 'n.long': 'x'.repeat(2000) });

  it('are numbers and booleans where a variable reads like one', () => {
    const filled = fillParameters(
      { temperature: '{{#n.temperature#}}', echo: '{{#n.on#}}', effort: '{{#n.word#}}' },
      lookup,
    );
    expect(filled).toEqual({ temperature: 0.5, echo: true, effort: 'low' });
  });

  it('stay text where the author wrote text', () => {
    expect(fillParameters({ seed: '42', missing: '{{#n.missing#}}' }, lookup)).toEqual({
      seed: '42',
      missing: 'n.missing',
    });
  });

  it('are plain numbers to the model', () => {
    expect(fillParameters({ temperature: { $float: '1.0' }, stop: ['a'] }, lookup)).toEqual({
      temperature: 1,
      stop: ['a'],
    });
  });

  it('are cut when a variable is long', () => {
    expect(fillParameters({ user: '{{#n.long#}}' }, lookup)['user']).toHaveLength(1024);
  });

  it.each([
    [{ max_tokens: 1_000_000 }, { max_tokens: 100 }],
    [
      { max_tokens: '1000000', temperature: 1 },
      { max_tokens: 100, temperature: 1 },
    ],
    [{ max_completion_tokens: 101 }, { max_completion_tokens: 100 }],
    [{ max_tokens: -1 }, { max_tokens: 100 }],
    [{ max_tokens: 0 }, { max_tokens: 100 }],
    [{ max_tokens: 100 }, { max_tokens: 100 }],
    [{ max_tokens: null }, { max_tokens: null }],
    [{}, {}],
  ])('B70 ask for no more tokens than a call may cost: %j', (asked, sent) => {
    expect(boundReply(asked, { maxPromptTokens: 1, maxReplyTokens: 100 })).toEqual(sent);
    expect(boundReply(asked, undefined)).toEqual(asked);
  });
});
