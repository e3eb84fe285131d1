import type { CodeRunnerProcess } from './code-runner-process.js';

/** What `POST /run` gives: a result or an error. */
export interface Answer {
  readonly status: number;
  readonly result?: string;
  readonly printed?: string;
  readonly durationMs?: number;
  readonly error?: { readonly code: string; readonly message: string; readonly printed?: string };
}

/** What to run; inputs are none and the limit is generous unless said otherwise. */
export interface Asked {
  readonly language: 'python3' | 'javascript';
  readonly code: string;
  readonly inputs?: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Runs code over HTTP, without the adapter in between. */
export async function ask({ url, token }: CodeRunnerProcess, { signal, ...asked }: Asked): Promise<Answer> {
  const response = await fetch(`${url}/run`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ inputs: '{}', timeoutMs: 20_000, ...asked }),
    ...(signal ? { signal } : {}),
  });
  return { status: response.status, ...((await response.json()) as object) };
}
