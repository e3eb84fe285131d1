import type { Json } from '@tenon/base';
import { decode, fillTemplate, parseTemplate, type Lookup } from '@tenon/engine';
import type { CallLimits } from '@tenon/ports';

/** Longest text a parameter may take from a variable, in characters. */
const MAX_CHARACTERS = 1024;

/**
 * Sampling parameters as a model gets them: text with placeholders is filled, and becomes a number or a boolean where
 * it reads like one.
 */
export function fillParameters(
  parameters: Readonly<Record<string, Json>>,
  lookup: Lookup,
): Readonly<Record<string, Json>> {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, fill(value, lookup)]));
}

function fill(value: Json, lookup: Lookup): Json {
  if (typeof value !== 'string') return decode(value);
  const segments = parseTemplate(value);
  if (!segments.some((segment) => 'selector' in segment)) return value;
  const text = fillTemplate(segments, lookup).slice(0, MAX_CHARACTERS);
  const read = parsedOrText(text);
  return typeof read === 'number' || typeof read === 'boolean' ? read : text;
}

function parsedOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What a reply may have at most, under the names that servers know it by. */
const REPLY_LIMITS = ['max_tokens', 'max_completion_tokens'];

/** The parameters, asking for no more than one call may cost. Numbers that servers read as "no limit" ask for that. */
export function boundReply(
  parameters: Readonly<Record<string, Json>>,
  limits: CallLimits | undefined,
): Readonly<Record<string, Json>> {
  if (!limits) return parameters;
  const asked = REPLY_LIMITS.filter((name) => isBeyond(Number(parameters[name] ?? NaN), limits.maxReplyTokens));
  return { ...parameters, ...Object.fromEntries(asked.map((name) => [name, limits.maxReplyTokens])) };
}

const isBeyond = (tokens: number, limit: number) => tokens > limit || tokens < 1;
