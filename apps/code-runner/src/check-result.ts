import { fail, failures, limits, type Failure } from './sandbox.js';

/**
 * Judges the text that a sandbox hands out as its result. Whatever the code did to its interpreter, only JSON text of
 * an object within the limits of size and depth leaves this process. Returns undefined when it is in order.
 */
export function findResultProblem(text: string, printed: string): Failure | undefined {
  if (Buffer.byteLength(text) > limits.resultBytes) return failures.resultTooLarge(printed);
  if (isDeeperThan(limits.resultDepth, text)) return failures.resultTooDeep(printed);
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return undefined;
  } catch {
    // not JSON: the sentence below says so
  }
  return fail('code.failed', 'main must return an object with string keys that can be written as JSON.', printed);
}

function isDeeperThan(limit: number, text: string): boolean {
  let depth = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (isInString) {
      if (unit === 0x5c) at++;
      else if (unit === 0x22) isInString = false;
    } else if (unit === 0x22) isInString = true;
    else if (unit === 0x7b || unit === 0x5b) {
      if (++depth > limit) return true;
    } else if (unit === 0x7d || unit === 0x5d) depth--;
  }
  return false;
}

/** What was printed, cut to its limit with `…` for the rest; a character that would be cut in two is left out. */
export function cutPrinted(text: string): string {
  if (Buffer.byteLength(text) <= limits.printedBytes) return text;
  const start = Buffer.from(text).subarray(0, limits.printedBytes);
  return `${new TextDecoder().decode(start, { stream: true })}…`;
}
