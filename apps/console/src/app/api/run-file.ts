import { Problem } from './problem.js';

/**
 * Fetches all that is recorded of a run as one file.
 * @param onBytes  is told how many bytes are there, as they come
 * @throws Problem; and what ends it when the signal does
 */
export async function fetchRunFile(
  runId: string,
  onBytes: (bytes: number) => void,
  signal: AbortSignal,
): Promise<Blob> {
  const response = await fetch(`/api/runs/${runId}/file`, { signal });
  if (!response.ok) {
    const { message, code } = (await response.json()) as { message?: string; code?: string };
    throw new Problem(message ?? '', code ?? 'api.unknown');
  }
  const parts: BlobPart[] = [];
  let bytes = 0;
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    parts.push(part.value);
    onBytes((bytes += part.value.length));
  }
  return new Blob(parts, { type: 'application/json' });
}
