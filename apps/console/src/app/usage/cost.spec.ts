import { TestBed } from '@angular/core/testing';
import { Texts } from '../language/texts.js';
import { Cost } from './cost.js';

const usage = {
  ...{ totalTokens: 12, isEstimated: false, totalPrice: '0.00123', currency: 'USD', isPricePartial: false },
};

/** What is seen, what is read out, and the tip. */
async function show({ inWords = false, ...more }: { readonly inWords?: boolean; readonly [part: string]: unknown }) {
  await TestBed.inject(Texts).use('en');
  const cost = TestBed.createComponent(Cost);
  cost.componentRef.setInput('usage', { ...usage, ...more });
  cost.componentRef.setInput('inWords', inWords);
  await cost.whenStable();
  const element = cost.nativeElement as HTMLElement;
  const read = element.querySelector('.sr-only')?.textContent;
  const title = element.querySelector<HTMLElement>('[title]')?.title;
  element.querySelector('.sr-only')?.remove();
  return { seen: element.textContent.trim(), read, title };
}

describe('what something has cost', () => {
  it('is an amount, with where it is from as a tip', async () => {
    expect(await show({})).toEqual({ seen: '$0.0012', title: 'At the provider’s list prices of that time' });
  });

  it('is nothing where nothing was charged', async () => {
    expect(await show({ totalPrice: '0' })).toMatchObject({ seen: '$0' });
  });

  it.each([
    ['an estimate', { isEstimated: true }, '≈ $0.0012', /partly counted by Tenon/],
    ['a part', { isPricePartial: true }, 'at least $0.0012', /not known/],
    ['a part of an estimate', { isPricePartial: true, isEstimated: true }, 'at least $0.0012', /not known/],
    ['unknown', { totalPrice: null }, 'unknown', /not known/],
    ['unknown, in a line', { totalPrice: null, inWords: true }, 'cost unknown', /not known/],
  ])('that is %s says so, also to whoever hears it', async (_what, more, seen, note) => {
    const shown = await show(more);
    expect(shown.seen).toBe(seen);
    expect(shown.read).toMatch(note);
    expect(shown.title).toBe(shown.read);
  });
});
