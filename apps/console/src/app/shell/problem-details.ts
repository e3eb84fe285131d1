import type { Problem } from '../api/problem.js';

/** What whoever helps wants to know of a problem. */
export function detailsOf({ code, message, requestId, at }: Problem): string {
  return [code, message, requestId && `request ${requestId}`, at.toISOString()].filter(Boolean).join('\n');
}
