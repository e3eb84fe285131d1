import { isTenonError } from '@tenon/base';
import { pullErrors } from './errors.js';
import type { ModelManifest } from './manifest.js';
import type { PartialFile } from './partial-file.js';
import type { SourceContext } from './piece-source.js';

/** A connection that is refused or leads nowhere shall not hold up the next source for long. */
const ANSWER_TIMEOUT_MS = 15_000;
const SILENCE_TIMEOUT_MS = 60_000;

/** How long to wait, in milliseconds. */
export interface HubTimeouts {
  readonly answerMs: number;
  readonly silenceMs: number;
}

/**
 * Fills the file from where its publisher keeps it, below `hubUrl`, from the byte where it ends.
 * @throws pull.sourceFailed, pull.diskFull; the signal's reason when aborted
 */
export async function fillFromHub(
  partial: PartialFile,
  model: ModelManifest,
  hubUrl: string,
  { signal, onBytes }: Pick<SourceContext, 'signal' | 'onBytes'>,
  { answerMs, silenceMs }: HubTimeouts = { answerMs: ANSWER_TIMEOUT_MS, silenceMs: SILENCE_TIMEOUT_MS },
): Promise<void> {
  const url = `${hubUrl}/${model.hubPath}`;
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), answerMs);
  const fail = (reason: string, cause?: unknown) => pullErrors.sourceFailed(`${url} ${reason}.`, { cause });
  try {
    const response = await fetch(url, {
      headers: partial.bytes > 0 ? { range: `bytes=${partial.bytes}-` } : {},
      signal: AbortSignal.any([signal, silence.signal]),
    });
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      throw fail(`answered ${response.status}`);
    }
    // 200 means the whole file: the server does not resume.
    if (response.status !== 206) await partial.truncate(0);
    const stillThere = () => {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), silenceMs);
    };
    stillThere();
    await partial.append(response.body, model.bytes, (bytes) => {
      stillThere();
      onBytes(bytes);
    });
    if (partial.bytes < model.bytes) throw fail(`ended after ${partial.bytes} of ${model.bytes} bytes`);
  } catch (error) {
    signal.throwIfAborted();
    if (silence.signal.aborted) throw fail('did not answer in time', error);
    if (isTenonError(error)) throw error;
    throw fail('could not be read', error);
  } finally {
    clearTimeout(timer);
  }
}
