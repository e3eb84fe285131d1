import type { JsonObject } from '@tenon/base';
import type { NodeDefinition, Reference } from '@tenon/compiler';
import { selectorsIn, type Selector, type ValueType } from '@tenon/engine';
import { z } from 'zod';
import { schemaIssues } from '../config/json-schema.js';
import { memory, type MemoryUse } from '../config/memory.js';
import { model, MODEL_TIMEOUT_MS, modelRefersTo, type ModelUse } from '../config/model.js';
import { flag, listOf, mapping, text } from '../config/scalar.js';
import {
  namedRefersTo,
  namedSelector,
  optionalSelector,
  refersTo,
  templateRefersTo,
  type NamedSelector,
} from '../config/selector.js';
import { jinjaIssues } from '../config/jinja.js';
import { checkVision, vision } from '../config/vision.js';

const prompt = z.object({ text, edition_type: z.enum(['basic', 'jinja2']).nullish(), jinja2_text: text });
const message = prompt.extend({ role: z.enum(['system', 'user', 'assistant']) });
const switchedOn = z.boolean().nullish();
const config = z
  .object({
    model,
    prompt_template: z.union([z.array(message), prompt]),
    prompt_config: z.object({ jinja2_variables: listOf(namedSelector) }).nullish(),
    memory,
    context: z.object({ enabled: flag, variable_selector: optionalSelector }).nullish(),
    vision,
    structured_output: z.object({ schema: mapping.nullish() }).nullish(),
    structured_output_switch_on: switchedOn,
    structured_output_enabled: switchedOn,
    reasoning_format: z
      .enum(['tagged', 'separated'])
      .nullish()
      .transform((format) => format ?? 'tagged'),
  })
  .transform(({ structured_output_switch_on, structured_output_enabled, structured_output, ...rest }) => ({
    ...rest,
    // one switch under two names; the newer one wins where a file has both
    schema: (structured_output_switch_on ?? structured_output_enabled) ? schemaIn(structured_output?.schema) : null,
  }));
type Config = z.output<typeof config>;

/** A text of the prompt: a template of ours with `{{#context#}}`, or Jinja2. */
export type PromptText = { readonly isJinja: boolean; readonly text: string };

/** What a model is asked. */
export type LlmInstruction = {
  readonly model: ModelUse;
  readonly prompt:
    | {
        readonly mode: 'chat';
        readonly messages: readonly (PromptText & { readonly role: 'system' | 'user' | 'assistant' })[];
      }
    | ({ readonly mode: 'completion' } & PromptText);
  readonly jinjaVariables: readonly NamedSelector[];
  readonly memory: MemoryUse | null;
  readonly context: Selector | null;
  /** Draft-7 schema the answer has to follow. */
  readonly schema: JsonObject | null;
  readonly reasoning: 'tagged' | 'separated';
};

/** `llm`: asks a language model. */
export const definition: NodeDefinition<Config> = {
  type: 'llm',
  version: 1,
  honoursRetry: true,
  config,
  exits: () => ['source'],
  outputs: ({ schema }): Record<string, ValueType> => ({
    text: 'string',
    reasoning_content: 'string',
    usage: 'object',
    finish_reason: 'string',
    ...(schema ? { structured_output: 'object' } : {}),
  }),
  references: (settings, { mode }): Reference[] => [
    ...promptRefersTo(settings.prompt_template),
    ...namedRefersTo(settings.prompt_config?.jinja2_variables ?? [], 'prompt_config', 'jinja2_variables'),
    ...refersTo(contextOf(settings), 'context', 'variable_selector'),
    ...memoryRefersTo(mode === 'advanced-chat' ? settings.memory : null),
    ...modelRefersTo(settings.model),
  ],
  check: ({ vision, schema, prompt_template: template }) => [
    ...checkVision(vision),
    ...[template]
      .flat()
      .flatMap(({ edition_type, jinja2_text }, index) =>
        edition_type === 'jinja2'
          ? jinjaIssues(jinja2_text, 'prompt_template', ...('length' in template ? [index] : []), 'jinja2_text')
          : [],
      ),
    ...(schema ? schemaIssues(schema, 'structured_output', 'schema') : []),
  ],
  lower(settings, { mode }) {
    const instruction: LlmInstruction = {
      model: settings.model,
      prompt: promptOf(settings.prompt_template),
      jinjaVariables: settings.prompt_config?.jinja2_variables ?? [],
      memory: mode === 'advanced-chat' ? settings.memory : null,
      context: contextOf(settings),
      schema: settings.schema,
      reasoning: settings.reasoning_format,
    };
    return {
      instruction: { kind: 'activity', config: instruction, weight: 'long', timeoutMs: MODEL_TIMEOUT_MS },
      streams: settings.reasoning_format === 'separated' ? ['text', 'reasoning_content'] : ['text'],
    };
  },
};

/** An empty schema asks for nothing. */
function schemaIn(schema: JsonObject | null | undefined): JsonObject | null {
  return schema && Object.keys(schema).length > 0 ? schema : null;
}

function contextOf({ context }: Config): Selector | null {
  return context?.enabled ? context.variable_selector : null;
}

function promptOf(template: Config['prompt_template']): LlmInstruction['prompt'] {
  if ('length' in template)
    return { mode: 'chat', messages: template.map((message) => ({ role: message.role, ...textOf(message) })) };
  return { mode: 'completion', ...textOf(template) };
}

function textOf({ text, edition_type, jinja2_text }: z.output<typeof prompt>): PromptText {
  return edition_type === 'jinja2' ? { isJinja: true, text: jinja2_text } : { isJinja: false, text };
}

function promptRefersTo(template: Config['prompt_template']): Reference[] {
  if (!('length' in template)) return textRefersTo(template, 'prompt_template');
  return template.flatMap((message, index) => textRefersTo(message, 'prompt_template', index));
}

function textRefersTo(item: z.output<typeof prompt>, ...path: (string | number)[]): Reference[] {
  const { isJinja, text } = textOf(item);
  return isJinja ? [] : templateRefersTo(text, ...path, 'text');
}

/** With memory, the person's message is part of the prompt even where no template names it. */
function memoryRefersTo(use: MemoryUse | null): Reference[] {
  if (!use) return [];
  const written = selectorsIn(use.query).map((selector) => ({ selector, path: ['memory', 'query_prompt_template'] }));
  return [...written, { selector: ['sys', 'query'], path: ['memory'] }];
}
