import { Component, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Mutations } from '../api/mutations.js';
import { Problem } from '../api/problem.js';
import { Texts } from '../language/texts.js';
import { ProviderForm, type ProviderDraft } from './provider-form.js';

@Component({
  selector: 'tn-form-host',
  imports: [ProviderForm],
  template: `<tn-provider-form [draft]="draft()" />`,
})
class Host {
  readonly draft = signal<ProviderDraft>({ name: 'one', baseUrl: 'https://one.example/v1' });
}

const perform = jest.fn<Promise<unknown>, [unknown, { readonly input: object }]>();

async function open() {
  perform.mockReset();
  TestBed.configureTestingModule({ providers: [{ provide: Mutations, useValue: { perform } }] });
  await TestBed.inject(Texts).use('en');
  const host = TestBed.createComponent(Host);
  await host.whenStable();
  const page = host.nativeElement as HTMLElement;
  const at = (name: string) => page.querySelector<HTMLInputElement>(`[data-testid="models.${name}"]`);
  const type = (name: string, text: string) => {
    const field = at(name) as HTMLInputElement;
    field.value = text;
    field.dispatchEvent(new Event('input'));
  };
  const begin = async (draft: ProviderDraft) => {
    host.componentInstance.draft.set(draft);
    await host.whenStable();
  };
  const test = async () => {
    at('test')?.click();
    await host.whenStable();
  };
  return { page, at, type, begin, test };
}

const TWO = { name: 'two', baseUrl: 'https://two.example/v1' };

it('sends no key to another provider than the one it was typed for', async () => {
  const { at, type, begin, test } = await open();
  type('key', 'sk-one');
  await begin({ name: 'one', baseUrl: 'https://one.example/v1' });
  expect(at('key')?.value).toBe('sk-one');
  await begin(TWO);
  expect(at('key')?.value).toBe('');
  perform.mockResolvedValueOnce({ durationMs: 1, models: [] });
  await test();
  expect(perform.mock.calls.map(([, { input }]) => input)).toEqual([{ baseUrl: TWO.baseUrl }]);
});

it('says of a provider only what came of that one', async () => {
  const { page, at, begin, test } = await open();
  perform.mockRejectedValueOnce(new Problem('Refused.', 'model.unauthorized'));
  await test();
  expect(page.textContent).toContain('Refused.');
  await begin(TWO);
  expect(page.textContent).not.toContain('Refused.');

  let answer: (value: unknown) => void = () => undefined;
  perform.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
  await test();
  await begin({ name: 'three', baseUrl: 'https://three.example/v1' });
  answer({ durationMs: 1, models: ['two-large'] });
  await begin({ name: 'three', baseUrl: 'https://three.example/v1' });
  expect(page.textContent).not.toContain('two-large');
  expect(at('answered')).toBeNull();
});

it('says at its field what is missing, and sends nothing', async () => {
  const { page, at, begin, test } = await open();
  await begin({ name: '', baseUrl: 'one.example' });
  at('save')?.click();
  await test();
  const problems = [...page.querySelectorAll('tn-field .problem')].map((line) => line.textContent?.trim());
  expect(problems).toEqual(['It needs a name.', 'It needs an address that begins with http:// or https://.']);
  expect(perform).not.toHaveBeenCalled();
});
