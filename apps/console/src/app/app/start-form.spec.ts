import { TestBed } from '@angular/core/testing';
import type { InputField } from '@tenon/engine';
import { StartForm } from './start-form.js';

const field = (name: string, more: Partial<InputField> = {}): InputField =>
  ({ name, label: name, type: 'text-input', required: false, default: null, ...more }) as InputField;

it('begins with what it is given, then what was typed the last time, then the defaults', async () => {
  sessionStorage.setItem('form', JSON.stringify({ given: 'typed', typed: 'typed' }));
  const fixture = TestBed.createComponent(StartForm);
  fixture.componentRef.setInput('fields', [
    field('given'),
    field('typed'),
    field('untouched', { default: 'by default' }),
    field('agreed', { type: 'checkbox' }),
  ]);
  fixture.componentRef.setInput('storedAs', 'form');
  fixture.componentRef.setInput('initial', { given: 'of the template', agreed: true });
  await fixture.whenStable();
  expect(fixture.componentInstance.read()).toEqual({
    ...{ given: 'of the template', typed: 'typed', untouched: 'by default', agreed: true },
  });
});

it('is not begun by the Enter that ends a composed word', async () => {
  const fixture = TestBed.createComponent(StartForm);
  fixture.componentRef.setInput('fields', [field('word'), field('words', { type: 'paragraph' })]);
  fixture.componentRef.setInput('storedAs', 'composed');
  const started = jest.fn();
  fixture.componentInstance.started.subscribe(started);
  await fixture.whenStable();
  const page = fixture.nativeElement as HTMLElement;
  for (const control of page.querySelectorAll('input, textarea'))
    for (const key of [{ isComposing: true }, { keyCode: 229 }])
      control.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, ...key }));
  expect(started).not.toHaveBeenCalled();
  page.querySelector('form')?.dispatchEvent(new Event('submit'));
  expect(started).toHaveBeenCalledTimes(1);
});
