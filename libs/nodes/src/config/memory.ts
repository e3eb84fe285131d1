import { z } from 'zod';
import { flag, optionalNumber, text } from './scalar.js';

/** How a node remembers earlier turns of its conversation. */
export type MemoryUse = {
  /** Turns at most; null for as many as fit. */
  readonly turns: number | null;
  /** Names of the speakers in completion prompts. */
  readonly rolePrefix: { readonly user: string; readonly assistant: string } | null;
  /** Template of the question that follows the history; empty for the person's message itself. */
  readonly query: string;
};

/** `memory: { window: { enabled, size }, role_prefix, query_prompt_template }`, or null for none. */
export const memory = z
  .object({
    window: z.object({ enabled: flag, size: optionalNumber }).nullish(),
    role_prefix: z.object({ user: text, assistant: text }).nullish(),
    query_prompt_template: text,
  })
  .nullish()
  .transform((value): MemoryUse | null =>
    value
      ? {
          turns: value.window?.enabled ? value.window.size : null,
          rolePrefix: value.role_prefix ?? null,
          query: value.query_prompt_template,
        }
      : null,
  );
