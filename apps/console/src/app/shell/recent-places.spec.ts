import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Session } from '../api/session.js';
import { PageTitles } from './page-titles.js';
import { RecentPlaces } from './recent-places.js';

const STORED_AS = 'tenon.recent';
const viewer = signal<{ id: string } | null>(null);
const [subject, section] = [signal(''), signal('graph.title')];

function open(): RecentPlaces {
  TestBed.configureTestingModule({
    providers: [
      { provide: Session, useValue: { viewer } },
      { provide: PageTitles, useValue: { subject, section } },
    ],
  });
  const recent = TestBed.inject(RecentPlaces);
  TestBed.tick();
  return recent;
}

const names = (recent: RecentPlaces) => recent.places().map(({ name }) => name);

beforeEach(() => {
  localStorage.clear();
  viewer.set({ id: 'one' });
  subject.set('');
});

it('notes pages that have a name, for the one who was there', () => {
  const recent = open();
  subject.set('Moderation');
  TestBed.tick();
  expect(names(recent)).toEqual(['Moderation']);
  TestBed.resetTestingModule();
  expect(names(open())).toEqual(['Moderation']);
});

it('shows nothing of it to the next member, and keeps nothing of it', () => {
  const recent = open();
  subject.set('Moderation');
  TestBed.tick();
  subject.set('');
  viewer.set({ id: 'two' });
  expect(names(recent)).toEqual([]);
  TestBed.tick();
  expect(localStorage.getItem(STORED_AS)).not.toContain('Moderation');
});
