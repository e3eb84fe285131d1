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
