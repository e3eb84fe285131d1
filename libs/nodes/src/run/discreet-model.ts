import { withReplies, type ChatDelta, type ChatModel } from '@tenon/ports';
import { longSecrets, TextMask } from './mask.js';

/** The same model, whose replies hold none of `secrets`: what it repeats of them is hidden before anybody reads it. */
export function hideInReplies(model: ChatModel, secrets: readonly string[]): ChatModel {
  const hidden = longSecrets(secrets);
  if (hidden.length === 0) return model;
  return withReplies(model, (request) => discreet(model.stream(request), hidden));
}

type TextDelta = Extract<ChatDelta, { type: 'text' | 'reasoning' }>;

async function* discreet(deltas: AsyncIterable<ChatDelta>, secrets: readonly string[]): AsyncGenerator<ChatDelta> {
  const masks = { text: new TextMask(secrets), reasoning: new TextMask(secrets) };
  const calls = new Map<number, TextMask>();
  const ends = (): ChatDelta[] => [
    ...(['reasoning', 'text'] as const).flatMap((type) => textDelta(type, masks[type].end())),
    ...[...calls].flatMap(([index, mask]) => argumentsDelta(index, mask.end())),
  ];
  try {
    for await (const delta of deltas) {
      if (delta.type === 'text' || delta.type === 'reasoning')
        yield* textDelta(delta.type, masks[delta.type].push(delta.text));
      else if (delta.type === 'toolCall') {
        const mask = calls.get(delta.index) ?? new TextMask(secrets);
        calls.set(delta.index, mask);
        const { arguments: text, ...rest } = delta;
        yield text === undefined ? rest : { ...rest, arguments: mask.push(text) };
      } else {
        if (delta.type === 'finish') yield* ends();
        yield delta;
      }
    }
  } catch (error) {
    // what came before the reply broke off is kept for people
    yield* ends();
    throw error;
  }
}

function textDelta(type: TextDelta['type'], text: string): TextDelta[] {
  return text === '' ? [] : [{ type, text }];
}

function argumentsDelta(index: number, text: string): ChatDelta[] {
  return text === '' ? [] : [{ type: 'toolCall', index, arguments: text }];
}
