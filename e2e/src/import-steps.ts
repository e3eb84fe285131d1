import { buildZip } from '@tenon/platform/testing';
import type { Page } from 'playwright-core';
import { chainOfCalls } from './chain-app.js';
import type { ConsolePage } from './pages.js';

/** A step of the import, which is there once somebody has given a file. */
export interface ImportStep extends ConsolePage {
  readonly act: (page: Page) => Promise<void>;
}

const FOREIGN = chainOfCalls(3)
  .replace('name: Chain', 'name: Contract review')
  .replace('provider: openai, name: scripted', 'provider: langgenius/tongyi/tongyi, name: qwen-max')
  .replace('provider: openai, name: scripted', 'provider: anthropic, name: claude-sonnet')
  .replace('type: llm\n          title: call3', 'type: mcp-bridge\n          title: call3');
const BROKEN = 'app:\n  name: [Broken\nworkflow: }\n';

/** The steps of the import with a file that has something of everything, and with a zip of which one file is bad. */
export function importSteps(): ImportStep[] {
  const step = (name: string, file: { readonly name: string; readonly data: string | Buffer }): ImportStep => ({
    name: `import-${file.name.endsWith('.zip') ? 'zip' : name}`,
    path: '/apps/import',
    act: async (page) => {
      const buffer = Buffer.from(file.data);
      await page.getByTestId('import.file').setInputFiles({ name: file.name, mimeType: 'text/yaml', buffer });
      await page.getByTestId('import.format').waitFor();
      await page.getByTestId(`import.step.${name}`).click();
      await page.locator(`[data-testid="import.step.${name}"][aria-current]`).waitFor();
      if (name === 'preview') await page.locator('[data-node-id=start]').waitFor();
    },
  });
  const file = { name: 'contract-review.yml', data: FOREIGN };
  const others = [
    { name: 'flows/broken.yml', data: BROKEN },
    { name: 'flows/support.yml', data: chainOfCalls(2) },
    { name: 'notes.md', data: '' },
  ];
  return [
    ...['report', 'models', 'preview'].map((name) => step(name, file)),
    step('report', { name: 'flows.zip', data: buildZip([file, ...others]) }),
  ];
}
