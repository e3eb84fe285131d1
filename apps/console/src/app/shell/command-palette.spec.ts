import { TestBed } from '@angular/core/testing';
import { MatDialogRef } from '@angular/material/dialog';
import { provideRouter, Router } from '@angular/router';
import { ApolloClient, ApolloLink, InMemoryCache, Observable } from '@apollo/client';
import { Texts } from '../language/texts.js';
import { CommandPalette } from './command-palette.js';

it.each<[string, KeyboardEventInit, boolean]>([
  ['a browser that is composing', { isComposing: true }, false],
  ['an input method that has taken the key', { keyCode: 229 }, false],
  ['Safari, which ends the word before it tells the key', { keyCode: 229 }, true],
])('takes and moves nothing with a key that belongs to a word of %s', async (_who, composed, isEnded) => {
  Element.prototype.scrollIntoView = () => undefined;
  const close = jest.fn();
  const client = new ApolloClient({
    link: new ApolloLink(() => new Observable(() => undefined)),
    cache: new InMemoryCache(),
  });
  TestBed.configureTestingModule({
    providers: [
      provideRouter([]),
      { provide: ApolloClient, useValue: client },
      { provide: MatDialogRef, useValue: { close } },
    ],
  });
  await TestBed.inject(Texts).use('en');
  const navigate = jest.spyOn(TestBed.inject(Router), 'navigateByUrl').mockResolvedValue(true);
  const palette = TestBed.createComponent(CommandPalette);
  palette.detectChanges();
  const box = (palette.nativeElement as HTMLElement).querySelector('input') as HTMLInputElement;
  const active = () => (palette.detectChanges(), box.getAttribute('aria-activedescendant'));
  const press = (key: string, more: KeyboardEventInit = {}) =>
    box.dispatchEvent(new KeyboardEvent('keydown', { key, ...more }));
  const first = active();
  expect(first).toBeTruthy();
  box.dispatchEvent(new CompositionEvent('compositionstart'));
  if (isEnded) box.dispatchEvent(new CompositionEvent('compositionend'));
  press('ArrowDown', composed);
  press('Enter', composed);
  expect([active(), close.mock.calls, navigate.mock.calls]).toEqual([first, [], []]);
  press('Enter');
  expect([close.mock.calls.length, navigate.mock.calls.length]).toEqual([1, 1]);
});
