import type { Json, JsonObject } from '@tenon/base';

/** A substring, or a regular expression, which for the JSON form of a rule is written as its source and flags. */
export type TextMatch = string | RegExp | { readonly pattern: string; readonly flags?: string };

/** What a request must look like. Everything given must hold; `{}` matches every request. */
export interface ScriptedCondition {
  /** Against the system messages, joined by line breaks. */
  readonly system?: TextMatch;
  /** Against the last user message, or the prompt of a completion. */
  readonly user?: TextMatch;
  /** Against the text of all messages, joined by line breaks. */
  readonly prompt?: TextMatch;
  readonly model?: TextMatch;
  /** The n-th request, from 1, of those that meet the rest of this condition. */
  readonly nth?: number;
  /** The n-th request, from 1, of those that carry the same `Idempotency-Key`. */
  readonly nthOfKey?: number;
}

/** A tool call the scripted model makes; arguments that are not text are sent as their JSON. */
export interface ScriptedToolCall {
  readonly id?: string;
  readonly name: string;
  readonly arguments: string | JsonObject;
}

/** What the scripted model answers. */
export interface ScriptedReply {
  /** A list is streamed piece by piece as given, a text word by word. */
  readonly text?: string | readonly string[];
  /** Sent as `reasoning_content`, before the text. */
  readonly reasoning?: string | readonly string[];
  readonly toolCalls?: readonly ScriptedToolCall[];
  /** Answers with the JSON text of this value instead of `text`. */
  readonly json?: Json;
  /** Default `stop`, or `tool_calls` where there are any. */
  readonly finishReason?: string;
  /** Token counts to report; counted from the texts when absent, none reported when null. */
  readonly usage?: { readonly promptTokens: number; readonly completionTokens: number } | null;
  /** Wait before the first piece, in milliseconds. */
  readonly firstTokenMs?: number;
  /** Wait between two pieces, in milliseconds. */
  readonly betweenMs?: number;
  /** Holds the reply before piece number n, from 0, until it is released. */
  readonly holdAfter?: number;
}

/** What goes wrong. Faults inside a reply come `after` that many pieces of it, default 1. */
export type ScriptedFault =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly message?: string;
      readonly code?: string;
      readonly param?: string;
      /** Value of the `Retry-After` header: seconds or an HTTP date. */
      readonly retryAfter?: number | string;
      /** Other headers of the reply. */
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** The connection is reset before anything is answered. */
  | { readonly kind: 'reset' }
  /** The connection ends in the middle: broken off, or closed in order when `orderly`. */
  | { readonly kind: 'cutStream'; readonly after?: number; readonly orderly?: boolean }
  | { readonly kind: 'brokenJson'; readonly after?: number }
  | { readonly kind: 'errorInStream'; readonly after?: number; readonly message: string; readonly code?: string }
  /** The reply is whole but for its closing `[DONE]`. */
  | { readonly kind: 'missingDone' }
  | { readonly kind: 'emptyChoices' }
  /** Headers are never sent. */
  | { readonly kind: 'neverAnswers' }
  /** Headers and `after` pieces, default 0; then one byte of a piece that does not end per interval. */
  | { readonly kind: 'trickle'; readonly everyMs: number; readonly after?: number }
  /** Status 200 and a web page, as when a base URL names a web site. */
  | { readonly kind: 'html' };

/** One rule: the first whose condition a request meets decides. Without a reply the default one is given. */
export interface ScriptedRule {
  readonly when?: ScriptedCondition;
  readonly reply?: ScriptedReply;
  readonly fault?: ScriptedFault;
}

/** What rules look at in a request. */
export interface ScriptedPrompt {
  readonly system: string;
  readonly user: string;
  readonly all: string;
  readonly model: string;
}

/** Reads the texts of a chat or completion request. */
export function readPrompt(body: JsonObject): ScriptedPrompt {
  const model = String(body['model'] ?? '');
  if (!Array.isArray(body['messages'])) {
    const prompt = String(body['prompt'] ?? '');
    return { system: '', user: prompt, all: prompt, model };
  }
  const messages = body['messages'] as readonly JsonObject[];
  const texts = messages.map((message) => ({ role: message['role'], text: contentText(message['content']) }));
  return {
    system: texts.flatMap(({ role, text }) => (role === 'system' ? [text] : [])).join('\n'),
    user: texts.findLast(({ role }) => role === 'user')?.text ?? '',
    all: texts.map(({ text }) => text).join('\n'),
    model,
  };
}

/** The rules of one server with the counts that `nth` needs. */
export class ScriptedRules {
  private rules: readonly { readonly rule: ScriptedRule; seen: number }[] = [];

  constructor(rules: readonly ScriptedRule[]) {
    this.replace(rules);
  }

  /** Forgets all rules and counts. */
  replace(rules: readonly ScriptedRule[]): void {
    this.rules = rules.map((rule) => ({ rule, seen: 0 }));
  }

  /** Puts rules before the others. */
  prepend(rules: readonly ScriptedRule[]): void {
    this.rules = [...rules.map((rule) => ({ rule, seen: 0 })), ...this.rules];
  }

  list(): readonly ScriptedRule[] {
    return this.rules.map(({ rule }) => rule);
  }

  /** The rule for a request; `ofKey` says how many requests, this one included, carried its key. */
  find(prompt: ScriptedPrompt, ofKey: number): ScriptedRule | undefined {
    return this.rules.find((entry) => {
      const when = entry.rule.when ?? {};
      const isMet =
        matches(prompt.system, when.system) &&
        matches(prompt.user, when.user) &&
        matches(prompt.all, when.prompt) &&
        matches(prompt.model, when.model) &&
        (when.nthOfKey === undefined || when.nthOfKey === ofKey);
      if (!isMet) return false;
      entry.seen += 1;
      return when.nth === undefined || when.nth === entry.seen;
    })?.rule;
  }
}

/** Rules as JSON, regular expressions as source and flags. */
export function rulesToJson(rules: readonly ScriptedRule[]): string {
  return JSON.stringify(rules, (_key, value: unknown) =>
    value instanceof RegExp ? { pattern: value.source, flags: value.flags } : value,
  );
}

function matches(text: string, match: TextMatch | undefined): boolean {
  if (match === undefined) return true;
  if (typeof match === 'string') return text.includes(match);
  const expression = 'pattern' in match ? new RegExp(match.pattern, match.flags) : match;
  expression.lastIndex = 0;
  return expression.test(text);
}

function contentText(content: Json | undefined): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return (content as readonly JsonObject[]).map((part) => String(part['text'] ?? '')).join('');
}
