import { TestBed } from '@angular/core/testing';
import { ApolloClient, ApolloLink, InMemoryCache, Observable } from '@apollo/client';
import { RunFeed, type FeedUpdate } from './run-feed.js';

const event = (seq: number, type = 'step.started') => ({
  ...{ __typename: 'RunEventUpdate', seq, at: '2026-01-01T00:00:00Z', type, eventStep: 'a', payload: {} },
});

/** A run whose connections bring these messages and then break. */
function follow(connections: object[][]) {
  const link = new ApolloLink(
    () =>
      new Observable((observer) => {
        observer.next({ data: { run: { __typename: 'Run', id: 'r' } } });
        observer.complete();
      }),
  );
  TestBed.configureTestingModule({
    providers: [{ provide: ApolloClient, useValue: new ApolloClient({ link, cache: new InMemoryCache() }) }],
  });
  const feed = TestBed.inject(RunFeed);
  const asked: unknown[] = [];
  Object.assign(feed, {
    socket: {
      async *iterate({ variables }: { variables: { afterSeq: number } }) {
        asked.push(variables.afterSeq);
        const messages = connections.shift() ?? [];
        for (const runEvents of messages) yield { data: { runEvents } };
      },
    },
  });
  const told: FeedUpdate[] = [];
  const over = new Promise<void>((resolve, reject) => {
    feed.follow('r').subscribe({ next: (update) => told.push(update), complete: resolve, error: reject });
  });
  return { asked, told, over };
}

it('tells each event once, also where another connection begins with known ones', async () => {
  const { asked, told, over } = follow([
    [[event(1), event(2)]],
    [
      [event(1), event(2)],
      [event(2), event(3, 'run.finished')],
    ],
  ]);
  await over;
  expect(asked).toEqual([0, 2]);
  const seqs = told.flatMap((update): (number | string)[] =>
    update.kind === 'events' ? update.events.map(({ seq }) => seq) : [update.kind],
  );
  expect(seqs).toEqual([1, 2, 'lost', 'back', 3]);
});
