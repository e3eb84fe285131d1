import type { Writable } from 'node:stream';
import type { ModelManifest } from './manifest.js';
import { pullModel, type PullOptions, type PullProgress } from './pull.js';

const LINE_EVERY_MS = 5_000;

/**
 * Brings a model here and shows how far it is. On a terminal one line is rewritten; elsewhere a line is written every few
 * seconds.
 * @throws what `pullModel` throws
 */
export async function runPull(
  model: ModelManifest,
  options: Omit<PullOptions, 'onProgress'>,
  output: Writable & { readonly isTTY?: boolean },
): Promise<void> {
  output.write(`${model.name} (${model.license}), ${megabytes(model.bytes)}\n`);
  const startedAt = Date.now();
  let shownAt = 0;
  let shownState = '';
  const file = await pullModel(model, {
    ...options,
    onProgress: (progress) => {
      const now = Date.now();
      if (progress.state === shownState && now - shownAt < (output.isTTY ? 200 : LINE_EVERY_MS)) return;
      shownAt = now;
      shownState = progress.state;
      const line = progressLine(progress, now - startedAt);
      output.write(output.isTTY ? `\r\u001b[K${line}` : `${line}\n`);
    },
  });
  output.write(`${output.isTTY ? '\r\u001b[K' : ''}${file} is complete (${seconds(Date.now() - startedAt)})\n`);
}

function progressLine({ state, receivedBytes, totalBytes }: PullProgress, elapsedMs: number): string {
  const percent = Math.floor((receivedBytes / totalBytes) * 100);
  return `${state} ${megabytes(receivedBytes)} of ${megabytes(totalBytes)} (${percent} %), ${seconds(elapsedMs)}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function seconds(ms: number): string {
  const all = Math.round(ms / 1000);
  return all < 60 ? `${all} s` : `${Math.floor(all / 60)} min ${all % 60} s`;
}
