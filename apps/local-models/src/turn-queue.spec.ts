import { TurnQueue, type TurnRequest } from './turn-queue.js';

const build = (capacity = 16) => new TurnQueue({ parallel: 2, capacity, retryAfterMs: 3_000 });
const turn = (more: Partial<TurnRequest> = {}): TurnRequest => ({
  model: 'a',
  isAlone: false,
  signal: new AbortController().signal,
  ...more,
});

/** Enters `requests` in order and tells, after everything that can happen now has happened, who is in. */
function enterAll(queue: TurnQueue, requests: Readonly<Record<string, TurnRequest>>) {
  const inside = new Map<string, () => void>();
  for (const [name, request] of Object.entries(requests)) {
    void queue.enter(request).then((leave) => inside.set(name, leave));
  }
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return {
    names: async () => (await settle(), [...inside.keys()]),
    leave: (name: string) => {
      inside.get(name)?.();
      inside.delete(name);
    },
  };
}

it('serves two at once and the others in the order in which they came', async () => {
  const turns = enterAll(build(), { a: turn(), b: turn(), c: turn(), d: turn() });
  expect(await turns.names()).toEqual(['a', 'b']);
  turns.leave('b');
  expect(await turns.names()).toEqual(['a', 'c']);
  turns.leave('a');
  expect(await turns.names()).toEqual(['c', 'd']);
});

it('serves one alone with nobody beside it, and lets nobody overtake it', async () => {
  const turns = enterAll(build(), { a: turn(), alone: turn({ isAlone: true }), c: turn() });
  expect(await turns.names()).toEqual(['a']);
  turns.leave('a');
  expect(await turns.names()).toEqual(['alone']);
  turns.leave('alone');
  expect(await turns.names()).toEqual(['c']);
});

it('serves one model at a time', async () => {
  const turns = enterAll(build(), { a: turn(), other: turn({ model: 'b' }), c: turn() });
  expect(await turns.names()).toEqual(['a']);
  turns.leave('a');
  expect(await turns.names()).toEqual(['other']);
});

it('refuses whoever comes when too many wait', async () => {
  const queue = build(1);
  const turns = enterAll(queue, { a: turn(), b: turn(), c: turn() });
  await expect(queue.enter(turn())).rejects.toMatchObject({ code: 'chat.queue_full', retryAfterMs: 3_000 });
  expect(queue.size).toEqual({ active: 2, waiting: 1 });
  expect(await turns.names()).toEqual(['a', 'b']);
});

it('forgets one that left while waiting, and serves those behind it', async () => {
  const queue = build();
  const gone = new AbortController();
  const turns = enterAll(queue, { a: turn() });
  const leaving = queue.enter(turn({ isAlone: true, signal: gone.signal }));
  const behind = enterAll(queue, { c: turn() });
  expect(await behind.names()).toEqual([]);
  gone.abort(new Error('left'));
  await expect(leaving).rejects.toThrow('left');
  expect(await behind.names()).toEqual(['c']);
  expect(await turns.names()).toEqual(['a']);
});

it('counts a turn that is ended twice once', async () => {
  const queue = build();
  const leave = await queue.enter(turn());
  await queue.enter(turn());
  leave();
  leave();
  expect(queue.size).toEqual({ active: 1, waiting: 0 });
});

it('says when nobody is served any more', async () => {
  const queue = build();
  const leave = await queue.enter(turn());
  let isDrained = false;
  const drained = queue.drained().then(() => (isDrained = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(isDrained).toBe(false);
  leave();
  await drained;
});
