import { TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { ApolloClient } from '@apollo/client';
import { Texts } from '../language/texts.js';
import { ImportPage } from './import-page.js';

it('takes the same file once more when it was mended meanwhile', async () => {
  const taken: unknown[] = [];
  const mutate = ({ variables }: { readonly variables: { readonly input: { readonly content: string } } }) => {
    taken.push(variables.input.content);
    return Promise.resolve({ data: { importApp: { app: null, issues: [], errors: [] } } });
  };
  TestBed.configureTestingModule({
    providers: [provideRouter([]), { provide: ApolloClient, useValue: { mutate } }],
  });
  await TestBed.inject(Texts).use('en');
  const page = TestBed.createComponent(ImportPage);
  await page.whenStable();
  const input = (page.nativeElement as HTMLElement).querySelector<HTMLInputElement>('[type=file]') as HTMLInputElement;
  // as a browser has it: choosing what is chosen already is no change
  let chosen = '';
  Object.defineProperty(input, 'value', { get: () => chosen, set: (value: string) => (chosen = value) });
  const choose = async (name: string, content: string) => {
    if (chosen === name) return;
    chosen = name;
    Object.defineProperty(input, 'files', {
      configurable: true,
      value: [{ name, size: content.length, text: () => Promise.resolve(content) }],
    });
    input.dispatchEvent(new Event('change'));
    await page.whenStable();
  };
  await choose('app.yml', 'broken');
  await choose('app.yml', 'mended');
  expect(taken).toEqual(['broken', 'mended']);
});
