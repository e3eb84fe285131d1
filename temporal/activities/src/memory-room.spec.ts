import { MemoryRoom } from './memory-room.js';

const MIB = 1024 * 1024;
const { signal } = new AbortController();
/** Lets what is ready go on. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Whether the work may use the bytes now; what must wait is left to itself. */
function isAdmitted(taken: Promise<void> | undefined): boolean {
  taken?.catch(() => undefined);
  return taken === undefined;
}

it('small work never waits, whatever large work holds', () => {
  const room = new MemoryRoom(10 * MIB);
  const [large, next, small] = [room.enter(), room.enter(), room.enter()];
  expect(isAdmitted(large.take(11 * MIB, signal))).toBe(true);
  expect(isAdmitted(next.take(MIB, signal))).toBe(false);
  expect(isAdmitted(small.take(200 * 1024, signal))).toBe(true);
});

it('W9 work that wants more than is left waits until others leave, in the order in which it came', async () => {
  const room = new MemoryRoom(10 * MIB);
  const holdings = Array.from({ length: 4 }, () => room.enter());
  const done: number[] = [];
  // the first goes beyond the limit, the second has to wait
  for (const [index, holding] of holdings.entries())
    void Promise.resolve(holding.take(8 * MIB, signal)).then(() => done.push(index));
  await turn();
  expect(done).toEqual([0, 1]);
  holdings[0]?.leave();
  await turn();
  expect(done).toEqual([0, 1]);
  holdings[1]?.leave();
  await turn();
  expect(done).toEqual([0, 1, 2, 3]);
});

it('those that hold something and want more do not wait for each other for ever', async () => {
  const room = new MemoryRoom(10 * MIB);
  const [one, two] = [room.enter(), room.enter()];
  let isTwoDone = false;
  const grow = async (holding: typeof one) => {
    for (let step = 0; step < 10; step += 1) await holding.take(MIB, signal);
    holding.leave();
  };
  await Promise.all([grow(one), grow(two).then(() => (isTwoDone = true))]);
  expect(isTwoDone).toBe(true);
  // everything was given back
  expect(isAdmitted(room.enter().take(10 * MIB, signal))).toBe(true);
});

it('who stops waiting takes nothing', async () => {
  const room = new MemoryRoom(MIB);
  const [one, two, three] = [room.enter(), room.enter(), room.enter()];
  expect(isAdmitted(one.take(2 * MIB, signal))).toBe(true);
  const stop = new AbortController();
  const taken = two.take(2 * MIB, stop.signal);
  stop.abort(new Error('enough'));
  await expect(taken).rejects.toThrow('enough');
  two.leave();
  one.leave();
  expect(isAdmitted(three.take(MIB, signal))).toBe(true);
});
