import { encodeFloat, isJsonObject, type Json, type JsonObject, numberOf } from '@tenon/base';
import type { DocumentPath } from '@tenon/dsl';
import { isUnsafeName } from '@tenon/dsl';
import {
  type FailureRule,
  isAssignable,
  isNumber,
  type Outputs,
  parseJsonText,
  type RetryRule,
  type Value,
  type ValueType,
} from '@tenon/engine';
import type { IssueList } from './compile-issue.js';

/** What a node's author wants to happen when it fails. */
export interface Failing {
  readonly retry: RetryRule;
  readonly rule: FailureRule;
}

/** Most extra tries, and the longest time between two of them in milliseconds: beyond, a setting is cut. */
const MAX_RETRIES = 100;
const MAX_RETRY_INTERVAL_MS = 3_600_000;
const NO_RETRY: RetryRule = { maxRetries: 0, intervalMs: 0 };
const DEFAULT_TYPES: readonly string[] = [
  'string',
  'number',
  'object',
  'array[number]',
  'array[string]',
  'array[object]',
  'array[file]',
] satisfies ValueType[];

interface Place {
  readonly nodeId: string;
  readonly path: DocumentPath;
  readonly issues: IssueList;
}

/** Reads `retry_config`, `error_strategy` and `default_value` of a node's data. */
export function readFailing(data: JsonObject, honoursRetry: boolean, place: Place): Failing {
  return { retry: honoursRetry ? readRetry(data['retry_config'], place) : NO_RETRY, rule: readRule(data, place) };
}

function readRetry(value: Json | undefined, { nodeId, path, issues }: Place): RetryRule {
  if (!isJsonObject(value)) return NO_RETRY;
  const { retry_enabled: isOn = false, max_retries: retries = 0, retry_interval: interval = 0 } = value;
  if (isOn !== true) return NO_RETRY;
  const at = [...path, 'retry_config'];
  const number = (setting: Json, key: string, limit: number): number => {
    const given = isNumber(setting) ? numberOf(setting) : setting === null ? 0 : NaN;
    if (!(given >= 0)) issues.error('node.invalidRetry', [...at, key], `${key} has to be a number from 0.`, nodeId);
    if (given > limit)
      issues.warn('node.retryCut', [...at, key], `${key} is ${given}; more than ${limit} is not possible.`, nodeId);
    return given >= 0 ? Math.min(Math.trunc(given), limit) : 0;
  };
  return {
    maxRetries: number(retries, 'max_retries', MAX_RETRIES),
    intervalMs: number(interval, 'retry_interval', MAX_RETRY_INTERVAL_MS),
  };
}

function readRule(data: JsonObject, place: Place): FailureRule {
  const strategy = data['error_strategy'] ?? null;
  if (strategy === null || strategy === 'none' || strategy === '') return { then: 'stop' };
  if (strategy === 'fail-branch') return { then: 'exit', exit: 'fail-branch' };
  if (strategy === 'default-value') return { then: 'default', outputs: readDefaults(data['default_value'], place) };
  const message = `The error strategy ${JSON.stringify(strategy)} is not known; use fail-branch or default-value.`;
  place.issues.error('node.unknownErrorStrategy', [...place.path, 'error_strategy'], message, place.nodeId);
  return { then: 'stop' };
}

function readDefaults(value: Json | undefined, { nodeId, path, issues }: Place): Outputs {
  const outputs: [string, Value][] = [];
  const items: readonly Json[] = Array.isArray(value) ? value : [];
  items.forEach((item, index) => {
    const { key, type, value: given = null } = isJsonObject(item) ? item : {};
    const at = [...path, 'default_value', index];
    const refuse = (message: string) => issues.error('node.invalidDefaultValue', at, message, nodeId);
    if (typeof key !== 'string' || key === '') return refuse('A default value needs a key.');
    if (isUnsafeName(key)) return refuse(`An output cannot have the name "${key}".`);
    if (typeof type !== 'string' || !DEFAULT_TYPES.includes(type))
      return refuse(`The type of a default value is one of ${DEFAULT_TYPES.join(', ')}.`);
    const read = readDefault(type as ValueType, given);
    if (read === undefined) return refuse(`The default value of "${key}" is not of the type ${type}.`);
    outputs.push([key, read]);
  });
  return Object.fromEntries(outputs);
}

/** Text of a type that is not text is read: numbers as floats, everything else as JSON. Undefined if it does not fit. */
function readDefault(type: ValueType, given: Value): Value | undefined {
  const value = typeof given === 'string' && type !== 'string' ? readText(type, given) : given;
  if (value === undefined || type === 'array[file]') return value;
  return isAssignable(type, value) ? value : undefined;
}

function readText(type: ValueType, text: string): Value | undefined {
  if (type === 'number') {
    const number = text.trim() === '' ? NaN : Number(text);
    return Number.isNaN(number) ? undefined : (encodeFloat(number) as Json);
  }
  try {
    return parseJsonText(text);
  } catch {
    // text that is no JSON does not fit, which the caller says with the key
    return undefined;
  }
}
