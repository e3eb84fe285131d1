import { EngineHolder } from './engine-holder.js';
import { big, small } from './testing/start-server.js';
import { StubEngine } from './testing/stub-engine.js';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const build = () => {
  const engines: StubEngine[] = [];
  const load = async () => {
    engines.push(new StubEngine(() => 'x'));
    return engines.at(-1) as StubEngine;
  };
  return { engines, holder: new EngineHolder(load, 1_000) };
};

it('gives the memory back only after the idle time since the last use', async () => {
  const { engines, holder } = build();
  await holder.use(small);
  await holder.use(small);
  holder.done();
  await jest.advanceTimersByTimeAsync(10_000);
  expect(engines[0]?.isDisposed).toBe(false);
  holder.done();
  await jest.advanceTimersByTimeAsync(999);
  await holder.use(small);
  holder.done();
  await jest.advanceTimersByTimeAsync(999);
  expect(holder.state).toMatchObject({ state: 'loaded', model: small });
  await jest.advanceTimersByTimeAsync(1);
  expect(engines.map(({ isDisposed }) => isDisposed)).toEqual([true]);
  expect(holder.state).toEqual({ state: 'unloaded' });
});

it('loads the next model only after the one before has given its memory back', async () => {
  const order: string[] = [];
  class Slow extends StubEngine {
    override async dispose(): Promise<void> {
      await new Promise((resolve) => setTimeout(resolve, 50));
      order.push('freed');
    }
  }
  const holder = new EngineHolder(async (model) => (order.push(model.id), new Slow(() => 'x')), 1_000);
  await holder.use(small);
  holder.done();
  const next = holder.use(big);
  await jest.advanceTimersByTimeAsync(50);
  await next;
  expect(order).toEqual([small.id, 'freed', big.id]);
});
