import type { TextPart } from '@tenon/contract';
import { sleep } from '@temporalio/workflow';

/** Parts that fit into one message to the server. */
const PARTS_PER_TASK = 2;

/** A long text, part by part. */
export async function loadText(loadPart: (part: number) => Promise<TextPart>): Promise<string> {
  let text = '';
  for (let part = 0; ; part += 1) {
    const loaded = await loadPart(part);
    text += loaded.text;
    if (loaded.isLast) return text;
    if (part % PARTS_PER_TASK === PARTS_PER_TASK - 1) await sleep(1);
  }
}
