import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { TemplateShelf } from './template-shelf.js';

const EXAMPLES = path.resolve(import.meta.dirname, '../../../../examples');

describe('the templates that come along', () => {
  const shelf = new TemplateShelf(EXAMPLES);
  const find = async (language: string, id: string) => (await shelf.list(language)).find((one) => one.id === id);

  it('are told in the language of the reader, and in English where there is none of it', async () => {
    expect(await find('zh-Hans', 'content-moderation')).toMatchObject({ title: '内容审核' });
    expect(await find('fr', 'content-moderation')).toMatchObject({
      title: 'Content moderation',
      query: 'My router blinks red, what now?',
    });
    expect(await find('zh-Hans', 'translate-and-review')).toMatchObject({ inputs: { language: 'English' } });
    expect(await find('en', 'read-invoice')).toMatchObject({ query: null });
  });

  it('say what has to be there for them', async () => {
    expect((await find('en', 'chatbot'))?.needs).toEqual(['model']);
    expect((await find('en', 'ask-web-page'))?.needs.toSorted()).toEqual(['code', 'model', 'web']);
  });

  it('are named where one cannot be read, and read again when it was mended', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'tenon-templates-'));
    await cp(EXAMPLES, folder, { recursive: true });
    const broken = new TemplateShelf(folder);
    await writeFile(path.join(folder, 'chatbot.yml'), 'app: [');
    await expect(broken.list('en')).rejects.toThrow(/chatbot\.yml cannot be read/);
    await cp(path.join(EXAMPLES, 'chatbot.yml'), path.join(folder, 'chatbot.yml'));
    expect(await broken.list('en')).toHaveLength(8);
    await rm(folder, { recursive: true });
  });
});
