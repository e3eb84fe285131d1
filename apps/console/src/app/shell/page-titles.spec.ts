import { Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Title } from '@angular/platform-browser';
import { provideRouter, TitleStrategy } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import { Texts } from '../language/texts.js';
import { PageTitles } from './page-titles.js';

@Component({ template: '' })
class Page {}

it('names what a page is about until another page is shown, whatever else its address says', async () => {
  TestBed.configureTestingModule({
    providers: [
      provideRouter([
        { path: 'apps/:app', title: 'graph.title', component: Page },
        { path: 'runs', title: 'runs.title', component: Page },
      ]),
      { provide: TitleStrategy, useExisting: PageTitles },
    ],
  });
  await TestBed.inject(Texts).use('en');
  const title = () => {
    TestBed.tick();
    return TestBed.inject(Title).getTitle();
  };
  const harness = await RouterTestingHarness.create();
  await harness.navigateByUrl('/apps/a');
  TestBed.inject(PageTitles).subject.set('Moderation');
  expect(title()).toBe('Moderation · Graph · Tenon');
  await harness.navigateByUrl('/apps/a?run=r');
  expect(title()).toBe('Moderation · Graph · Tenon');
  await harness.navigateByUrl('/runs');
  expect(title()).toBe('Runs · Tenon');
});
