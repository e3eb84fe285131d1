import { MarkdownBlocks } from './markdown-blocks.js';
import { safeFragment } from './safe-fragment.js';

/** What markdown says, without its signs. */
export function plainText(markdown: string): string {
  const blocks = new MarkdownBlocks().read(markdown, true);
  return blocks.map((block) => safeFragment(block).textContent.trim()).join('\n');
}
