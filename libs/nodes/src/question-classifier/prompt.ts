import { fillTemplate, toText, type Lookup } from '@tenon/engine';
import type { ChatMessage, Turn } from '@tenon/ports';
import { historyText } from '../run/history.js';
import type { ClassifierInstruction } from './definition.js';

const TASK = `You sort a text into exactly one of several categories.

Read the input text, the categories and, where there are any, the instructions. Find the keywords that decide, and choose the one category that fits best. Never choose more than one, and never one that is not in the list.

Answer with JSON and nothing else, in this form:
{"keywords": ["…"], "category_id": "…", "category_name": "…"}

Both category_id and category_name are copied from the list of categories.

Earlier words of the conversation, which may help to understand the text:
<histories>
{histories}
</histories>`;

interface Example {
  readonly text: string;
  readonly categories: readonly { readonly id: string; readonly name: string }[];
  readonly instruction: string;
  readonly keywords: readonly string[];
  readonly chosen: number;
}

const EXAMPLES: readonly Example[] = [
  {
    text: 'The parcel came two days late and the box was torn, but the lamp itself is lovely.',
    categories: [
      { id: '5b1f', name: 'Delivery and packaging' },
      { id: '88c0', name: 'Quality of the product' },
      { id: 'e3d2', name: 'Invoices' },
    ],
    instruction: 'Sort the feedback by what the customer complains about.',
    keywords: ['late', 'torn box'],
    chosen: 0,
  },
  {
    text: 'How do I move my account to another email address?',
    categories: [
      { id: '1', name: 'Help with an account' },
      { id: '2', name: 'Wishes for new functions' },
    ],
    instruction: '',
    keywords: ['account', 'email address'],
    chosen: 0,
  },
];
const SPEAKERS = { user: 'Human', assistant: 'Assistant' };

/** The messages that ask a model for the one class; in completion mode they are one text. */
export function classifierPrompt(
  { query, classes, instruction, model, memory }: ClassifierInstruction,
  lookup: Lookup,
  turns: readonly Turn[],
): readonly ChatMessage[] {
  const asked = query ? lookup(query) : undefined;
  const speakers = memory?.rolePrefix?.user && memory.rolePrefix.assistant ? memory.rolePrefix : SPEAKERS;
  const messages: ChatMessage[] = [
    { role: 'system', content: TASK.replace('{histories}', () => historyText(turns, speakers)) },
    ...EXAMPLES.flatMap(exampleRound),
    {
      role: 'user',
      content: questionText(
        asked === undefined ? '' : toText(asked),
        // the raw name: what stands in a placeholder is for the flow, not for the model
        classes.map(({ id, name }) => ({ id, name })),
        fillTemplate(instruction, lookup),
      ),
    },
  ];
  return model.mode === 'chat' ? messages : [{ role: 'user', content: asOneText(messages) }];
}

function exampleRound({ text, categories, instruction, keywords, chosen }: Example): ChatMessage[] {
  const category = categories[chosen] as Example['categories'][number];
  return [
    { role: 'user', content: questionText(text, categories, instruction) },
    {
      role: 'assistant',
      content: JSON.stringify({ keywords, category_id: category.id, category_name: category.name }),
    },
  ];
}

function questionText(text: string, categories: Example['categories'], instruction: string): string {
  return JSON.stringify({
    input_text: text,
    categories: categories.map(({ id, name }) => ({ category_id: id, category_name: name })),
    classification_instructions: instruction,
  });
}

function asOneText(messages: readonly ChatMessage[]): string {
  const names = { system: '', user: 'Input: ', assistant: 'Output: ', tool: '' };
  return `${messages.map(({ role, content }) => `${names[role]}${content as string}`).join('\n\n')}\n\nOutput: `;
}
