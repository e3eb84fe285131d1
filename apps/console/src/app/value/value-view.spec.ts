import { Component, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import type { Json } from '@tenon/base';
import { Files } from '../api/files.js';
import { Problem } from '../api/problem.js';
import { ThemeChoice } from '../shell/theme.js';
import { ValueView } from './value-view.js';

@Component({
  selector: 'tn-value-host',
  imports: [ValueView],
  template: `<tn-value-view name="text" of="LLM" [value]="value()" />`,
})
class Host {
  readonly value = signal<Json>('');
}

/** Reads what is kept apart. */
const json = jest.fn<Promise<unknown>, [string]>();

async function open(value: Json) {
  json.mockReset();
  TestBed.configureTestingModule({
    providers: [
      { provide: ThemeChoice, useValue: { isDark: signal(false) } },
      { provide: Files, useValue: { json } },
    ],
  });
  const host = TestBed.createComponent(Host);
  host.componentInstance.value.set(value);
  await host.whenStable();
  const page = host.nativeElement as HTMLElement;
  const at = (testId: string) => page.querySelector<HTMLElement>(`[data-testid="${testId}"]`);
  const press = async (testId: string) => {
    const element = at(testId);
    (element?.querySelector('button') ?? element)?.click();
    await host.whenStable();
  };
  return { at, press };
}

it('begins with the form that fits, and changes it on wish', async () => {
  const { at, press } = await open('# Title');
  expect(at('value.markdown')?.querySelector('h3')?.textContent).toBe('Title');
  await press('value.form.json');
  expect(at('value.text')?.textContent).toBe('"# Title"');
  await press('value.form.text');
  expect(at('value.text')?.textContent).toBe('# Title');
});

it('shows a list of objects as a table, and an image as one', async () => {
  const { at } = await open([{ name: 'a', tags: ['x'] }, { name: '<b>' }]);
  const cells = [...(at('value.table')?.querySelectorAll('th, td') ?? [])].map(({ textContent }) => textContent);
  expect(cells).toEqual(['name', 'tags', 'a', '["x"]', '<b>', '']);
});

it('shows an image', async () => {
  const { at } = await open('data:image/png;base64,AAAA');
  expect(at('value.image')?.getAttribute('src')).toBe('data:image/png;base64,AAAA');
});

it('shows the beginning of five megabytes, more on wish, and never all: the file has that', async () => {
  const saved: { name: string; size: number }[] = [];
  let kept: Blob | undefined;
  URL.createObjectURL = (blob) => ((kept = blob as Blob), 'blob:x');
  jest.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    saved.push({ name: this.download, size: kept?.size ?? 0 });
  });
  const { at, press } = await open('x'.repeat(5_000_000));
  expect(at('value.text')?.textContent).toHaveLength(20_000);
  await press('value.all');
  expect(at('value.text')?.textContent).toHaveLength(200_000);
  expect(at('value.all')).toBeNull();
  await press('value.download');
  expect(saved).toEqual([{ name: 'LLM-text.txt', size: 5_000_000 }]);
});

it('shows the first rows of a long table', async () => {
  const { at, press } = await open(Array.from({ length: 5_000 }, (_, index) => ({ index })));
  expect(at('value.table')?.querySelectorAll('tbody tr')).toHaveLength(100);
  await press('value.all');
  expect(at('value.table')?.querySelectorAll('tbody tr')).toHaveLength(2_000);
});

it('fetches a value that is kept apart when it is asked for, and says why it could not', async () => {
  const key = `values/01a22d35-8911-7592-96ba-ec1358270385/${'0f'.repeat(32)}`;
  const { at, press } = await open({ $ref: { key, sizeBytes: 5e6, mediaType: 'application/json', preview: '# Al' } });
  expect(at('value.preview')?.textContent).toBe('# Al…');
  expect(json).not.toHaveBeenCalled();
  json
    .mockRejectedValueOnce(new Problem('There is no such file.', 'file.missing'))
    .mockResolvedValueOnce('# All of it');
  await press('value.fetch');
  expect(at('value.fetch')?.parentElement?.nextElementSibling?.textContent?.trim()).toBe('There is no such file.');
  await press('value.fetch');
  expect(at('value.markdown')?.querySelector('h3')?.textContent).toBe('All of it');
  expect(json.mock.calls).toEqual([[`/files/${key}`], [`/files/${key}`]]);
});

it('fetches nothing for what only looks like a value that is kept apart', async () => {
  const { at } = await open({ $ref: { key: 'values/../graphql', sizeBytes: 1, mediaType: '', preview: '' } });
  expect(at('value.fetch')).toBeNull();
  expect(at('value.text')?.textContent).toContain('values/../graphql');
});
