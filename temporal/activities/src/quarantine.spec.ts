import { Quarantine } from './quarantine.js';

const { signal } = new AbortController();
const turn = () => new Promise((resolve) => setImmediate(resolve));

it('one at a time, in the order in which they came; who gives up is passed over', async () => {
  const quarantine = new Quarantine();
  const came: number[] = [];
  const turns = [0, 1, 2].map((index) => {
    const mine = quarantine.enter();
    void mine.come(signal).then(() => came.push(index));
    return mine;
  });
  await turn();
  expect(came).toEqual([0]);
  turns[1]?.leave();
  turns[0]?.leave();
  await turn();
  expect(came).toEqual([0, 2]);
});

it('waiting ends with the signal', async () => {
  const quarantine = new Quarantine();
  quarantine.enter();
  const stop = new AbortController();
  const coming = quarantine.enter().come(stop.signal);
  stop.abort(new Error('enough'));
  await expect(coming).rejects.toThrow('enough');
});

it('waiting ends when the turn does not come for long, and nobody is kept by it', async () => {
  const quarantine = new Quarantine(20);
  const first = quarantine.enter();
  const late = quarantine.enter();
  const coming = late.come(signal);
  const next = quarantine.enter();
  await expect(coming).rejects.toMatchObject({ type: 'WaitsForTurn' });
  late.leave();
  const nextComes = next.come(signal);
  first.leave();
  await nextComes;
});
