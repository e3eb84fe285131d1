import type { Reference } from '@tenon/compiler';
import type { Json } from '@tenon/base';
import { z } from 'zod';
import { json } from './scalar.js';
import { templateRefersTo } from './selector.js';

/** Longest time one model call may take, in milliseconds; the format has no setting for it. */
export const MODEL_TIMEOUT_MS = 600_000;

/** The model of a node, as its instruction carries it. */
export type ModelUse = {
  /** As the file writes it: bare (`openai`) or qualified (`langgenius/openai/openai`). */
  readonly provider: string;
  readonly name: string;
  readonly mode: 'chat' | 'completion';
  /** Sampling parameters; text among them may hold placeholders. */
  readonly parameters: Readonly<Record<string, Json>>;
};

/** `model: { provider, name, mode, completion_params }`. */
export const model = z
  .object({
    provider: z.string(),
    name: z.string(),
    mode: z.enum(['chat', 'completion']).default('chat'),
    completion_params: z.record(z.string(), json).nullish(),
  })
  .transform(({ provider, name, mode, completion_params }): ModelUse => ({
    provider,
    name,
    mode,
    parameters: completion_params ?? {},
  }));

/** What the placeholders in a model's parameters refer to. */
export function modelRefersTo(use: ModelUse): Reference[] {
  return Object.entries(use.parameters).flatMap(([name, value]) =>
    typeof value === 'string' ? templateRefersTo(value, 'model', 'completion_params', name) : [],
  );
}
