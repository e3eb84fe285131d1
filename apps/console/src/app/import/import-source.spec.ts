import { TestBed } from '@angular/core/testing';
import { ApolloClient } from '@apollo/client';
import { Texts } from '../language/texts.js';
import { ImportDesk } from './import-desk.js';
import { ImportSource } from './import-source.js';

it('looks into the same file once more when it was mended meanwhile', async () => {
  const read: unknown[] = [];
  const query = ({ variables }: { readonly variables: { readonly content: string } }) => {
    read.push(variables.content);
    return Promise.resolve({ data: { appFile: { content: null, issues: [] } } });
  };
  TestBed.configureTestingModule({
    providers: [ImportDesk, { provide: ApolloClient, useValue: { query } }],
  });
  await TestBed.inject(Texts).use('en');
  const page = TestBed.createComponent(ImportSource);
  await page.whenStable();
  const input = (page.nativeElement as HTMLElement).querySelector<HTMLInputElement>('[type=file]') as HTMLInputElement;
  // as a browser has it: choosing what is chosen already is no change
  let chosen = '';
  Object.defineProperty(input, 'value', { get: () => chosen, set: (value: string) => (chosen = value) });
  const choose = async (name: string, content: string) => {
    if (chosen === name) return;
    chosen = name;
    const slice = () => ({ arrayBuffer: () => Promise.resolve(new ArrayBuffer(0)) });
    Object.defineProperty(input, 'files', {
      configurable: true,
      value: [{ name, size: content.length, slice, text: () => Promise.resolve(content) }],
    });
    input.dispatchEvent(new Event('change'));
    await page.whenStable();
  };
  await choose('app.yml', 'broken');
  await choose('app.yml', 'mended');
  expect(read).toEqual(['broken', 'mended']);
});
