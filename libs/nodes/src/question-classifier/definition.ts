import type { ConfigIssue, NodeDefinition, Reference } from '@tenon/compiler';
import type { Selector } from '@tenon/engine';
import { z } from 'zod';
import { memory, type MemoryUse } from '../config/memory.js';
import { model, MODEL_TIMEOUT_MS, modelRefersTo, type ModelUse } from '../config/model.js';
import { listOf, text } from '../config/scalar.js';
import { optionalSelector, refersTo, templateRefersTo } from '../config/selector.js';
import { checkVision, vision } from '../config/vision.js';

const config = z.object({
  query_variable_selector: optionalSelector,
  model,
  classes: listOf(z.object({ id: z.string(), name: text, label: text })),
  instruction: text,
  memory,
  vision,
});
type Config = z.output<typeof config>;

/** One class: `name` describes it to the model and may hold placeholders, `label` names it for people. */
export type QuestionClass = { readonly id: string; readonly name: string; readonly label: string };

/** What is to be sorted into which classes, and by whom. */
export type ClassifierInstruction = {
  readonly query: Selector | null;
  readonly model: ModelUse;
  readonly classes: readonly QuestionClass[];
  readonly instruction: string;
  readonly memory: MemoryUse | null;
};

/** `question-classifier`: a model sorts a text into one of several classes, each of which is an exit. */
export const definition: NodeDefinition<Config> = {
  type: 'question-classifier',
  version: 1,
  branching: true,
  config,
  exits: ({ classes }) => classes.map(({ id }) => id),
  outputs: () => ({ class_name: 'string', class_label: 'string', class_id: 'string', usage: 'object' }),
  references: (settings): Reference[] => [
    ...refersTo(settings.query_variable_selector, 'query_variable_selector'),
    ...templateRefersTo(settings.instruction, 'instruction'),
    ...settings.classes.flatMap(({ name }, index) => templateRefersTo(name, 'classes', index, 'name')),
    ...modelRefersTo(settings.model),
  ],
  check({ classes, vision }): ConfigIssue[] {
    const issues = checkVision(vision);
    if (classes.length > 0) return issues;
    const message = 'The classifier needs at least one class.';
    return [...issues, { severity: 'error', code: 'node.noClasses', path: ['classes'], message }];
  },
  lower(settings, { mode }) {
    const instruction: ClassifierInstruction = {
      query: settings.query_variable_selector,
      model: settings.model,
      classes: settings.classes.map((item, index) => ({ ...item, label: item.label || `CLASS ${index + 1}` })),
      instruction: settings.instruction,
      memory: mode === 'advanced-chat' ? settings.memory : null,
    };
    return { instruction: { kind: 'activity', config: instruction, weight: 'long', timeoutMs: MODEL_TIMEOUT_MS } };
  },
};
