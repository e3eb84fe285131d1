import type { NodeDefinition } from '@tenon/compiler';
import { parseTemplate, type Segment } from '@tenon/engine';
import { z } from 'zod';
import { text } from '../config/scalar.js';
import { templateRefersTo } from '../config/selector.js';

const config = z.object({ answer: text });
type Config = z.output<typeof config>;

/** The text an answer step gives, in pieces. */
export type AnswerInstruction = {
  readonly segments: readonly Segment[];
};

/** `answer`: says something in a chat, with values of other steps in it. */
export const definition: NodeDefinition<Config> = {
  type: 'answer',
  version: 1,
  config,
  exits: () => ['source'],
  outputs: () => ({ answer: 'string', files: 'array[file]' }),
  references: ({ answer }) => templateRefersTo(answer, 'answer'),
  lower({ answer }) {
    const instruction: AnswerInstruction = { segments: parseTemplate(answer) };
    return { instruction: { kind: 'inline', config: instruction }, response: instruction.segments };
  },
};
