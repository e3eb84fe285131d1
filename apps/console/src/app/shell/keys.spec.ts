import { TestBed } from '@angular/core/testing';
import { provideRouter, Router } from '@angular/router';
import { Keys } from './keys.js';

const COMPOSED: [string, KeyboardEventInit][] = [
  ['while a word is composed', { isComposing: true }],
  ['that an input method has taken', { keyCode: 229 }],
];

let keys: Keys;
let opened: string[];

beforeEach(() => {
  opened = [];
  TestBed.configureTestingModule({ providers: [provideRouter([])] });
  keys = TestBed.inject(Keys);
  jest.spyOn(keys, 'openPalette').mockImplementation(async () => void opened.push('palette'));
  jest.spyOn(keys, 'openShortcuts').mockImplementation(async () => void opened.push('shortcuts'));
  jest.spyOn(TestBed.inject(Router), 'navigateByUrl').mockImplementation(async (url) => !!opened.push(String(url)));
});
const press = (given: KeyboardEventInit) => keys.press(new KeyboardEvent('keydown', { cancelable: true, ...given }));

it.each(COMPOSED)('a key %s opens nothing and leads nowhere', (_when, composed) => {
  press({ code: 'KeyK', key: 'k', ctrlKey: true, ...composed });
  press({ key: '?', ...composed });
  press({ key: 'g' });
  press({ key: 'r', ...composed });
  expect(opened).toEqual([]);
});

it('other keys do', () => {
  press({ code: 'KeyK', key: 'k', ctrlKey: true });
  press({ key: '?' });
  press({ key: 'g' });
  press({ key: 'r' });
  expect(opened).toEqual(['palette', 'shortcuts', '/runs']);
});
