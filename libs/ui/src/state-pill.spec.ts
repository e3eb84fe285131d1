import { TestBed } from '@angular/core/testing';
import { StatePill } from './state-pill.js';
import { STATE_LOOKS, type State } from './state.js';

describe('the pill of a state', () => {
  it.each(Object.keys(STATE_LOOKS) as State[])('shows %s as an icon and a word', async (state) => {
    const pill = TestBed.createComponent(StatePill);
    pill.componentRef.setInput('state', state);
    pill.componentRef.setInput('label', `is ${state}`);
    await pill.whenStable();
    const element = pill.nativeElement as HTMLElement;
    expect(element.textContent.trim()).toBe(`is ${state}`);
    expect(element.querySelector('svg')?.children.length).toBeGreaterThan(0);
    expect(element.dataset['state']).toBe(state);
    expect(element.style.color).toMatch(/^var\(--state-[a-z]+\)$/);
  });
});
