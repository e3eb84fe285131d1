import fc from 'fast-check';
import { MemoryRoom, type Holding } from './memory-room.js';

const MIB = 1024 * 1024;
const FREE = 256 * 1024;
/** Lets what is ready go on. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Whether the work may use the bytes now; what must wait is left to itself. */
function isAdmitted(taken: Promise<void> | undefined): boolean {
  taken?.catch(() => undefined);
  return taken === undefined;
}

it('small work never waits, whatever large work holds', () => {
  const room = new MemoryRoom(10 * MIB, FREE);
  const [large, next, small] = [room.enter(), room.enter(), room.enter()];
  expect(isAdmitted(large.take(11 * MIB))).toBe(true);
  expect(isAdmitted(next.take(MIB))).toBe(false);
  expect(isAdmitted(small.take(200 * 1024))).toBe(true);
});

it('W9 work that wants more than is left waits until others leave, in the order in which it came', async () => {
  const room = new MemoryRoom(10 * MIB, FREE);
  const holdings = Array.from({ length: 4 }, () => room.enter());
  const done: number[] = [];
  // the first goes beyond the limit, the second has to wait
  for (const [index, holding] of holdings.entries())
    void Promise.resolve(holding.take(8 * MIB)).then(() => done.push(index));
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
  const room = new MemoryRoom(10 * MIB, FREE);
  const grow = async (holding: Holding) => {
    for (let step = 0; step < 10; step += 1) await holding.take(MIB);
    holding.leave();
  };
  await Promise.all([grow(room.enter()), grow(room.enter())]);
  expect(room.heldBytes).toBe(0);
});

it('who stops waiting takes nothing, and keeps what it has until it leaves', async () => {
  const room = new MemoryRoom(MIB, 0);
  const [one, two, three] = [room.enter(), room.enter(), room.enter()];
  expect(isAdmitted(two.take(MIB / 2))).toBe(true);
  expect(isAdmitted(one.take(2 * MIB))).toBe(true);
  const taken = two.take(2 * MIB);
  two.stop(new Error('enough'));
  await expect(taken).rejects.toThrow('enough');
  expect(() => two.take(1)).toThrow('enough');
  one.leave();
  expect(room.heldBytes).toBe(MIB / 2);
  two.leave();
  expect(isAdmitted(three.take(MIB))).toBe(true);
});

it('who has left takes nothing more, whether it waits or comes again', async () => {
  const room = new MemoryRoom(MIB, FREE);
  const [one, two, late] = [room.enter(), room.enter(), room.enter()];
  expect(isAdmitted(one.take(2 * MIB))).toBe(true);
  const taken = two.take(2 * MIB);
  two.leave();
  await expect(taken).rejects.toThrow('ended');
  one.leave();
  expect(() => two.take(2 * MIB)).toThrow('ended');
  expect(() => one.take(1)).toThrow('ended');
  expect(room.heldBytes).toBe(0);
  expect(isAdmitted(late.take(2 * MIB))).toBe(true);
});

describe('of owners', () => {
  it('none holds more than it leaves to the others, whatever waits of it', async () => {
    const room = new MemoryRoom(16 * MIB, 0);
    const greedy = Array.from({ length: 4 }, () => room.enter('greedy'));
    expect(greedy.map((holding) => isAdmitted(holding.take(4 * MIB)))).toEqual([true, true, false, false]);
    const others = ['next', 'next', 'last'].map((owner) => room.enter(owner));
    const taken = [4, 2, 2].map((mib, index) => isAdmitted(others[index]?.take(mib * MIB)));
    expect(taken).toEqual([true, false, true]);
    greedy[0]?.leave();
    await turn();
    // what it has given back is not for itself as long as others hold so much
    expect(greedy.map(({ heldBytes }) => heldBytes)).toEqual([0, 4 * MIB, 0, 0]);
    others.forEach((holding) => holding.leave());
    await turn();
    expect(greedy.map(({ heldBytes }) => heldBytes)).toEqual([0, 4 * MIB, 4 * MIB, 0]);
  });

  it('one that has given everything back may take half of the room again, and never more', () => {
    const room = new MemoryRoom(16 * MIB, FREE);
    for (let time = 0; time < 3; time++) {
      const holding = room.enter('one');
      expect(isAdmitted(holding.take(room.mostOfOwnerBytes))).toBe(true);
      holding.leave();
    }
    expect(isAdmitted(room.enter('one').take(room.mostOfOwnerBytes + 1))).toBe(false);
  });
});

/** Pieces of work at random, each with what it holds and how many of its wishes wait. */
class Crowd {
  readonly room = new MemoryRoom(100, 5);
  readonly members: { holding: Holding; waiting: number; isGone: boolean }[] = [];

  take(index: number, bytes: number): void {
    const member = this.member(index);
    if (!member) return;
    let taken;
    try {
      taken = member.holding.take(bytes);
    } catch {
      return;
    }
    if (!taken) return;
    member.waiting += 1;
    const end = () => void (member.waiting -= 1);
    taken.then(end, end);
  }

  leave(index: number): void {
    const member = this.member(index);
    if (!member) return;
    member.isGone = true;
    member.holding.leave();
  }

  member(index: number) {
    return this.members.length > 0 ? this.members[index % this.members.length] : undefined;
  }

  /** All but one are within the limit, and what is held is counted. */
  check(): void {
    const held = this.members.map(({ holding }) => holding.heldBytes);
    const sum = held.reduce((total, bytes) => total + bytes, 0);
    expect(this.room.heldBytes).toBe(sum);
    expect(sum - Math.max(0, ...held)).toBeLessThanOrEqual(100);
    for (const { holding, isGone } of this.members) if (isGone) expect(holding.heldBytes).toBe(0);
  }

  /** All who do not wait leave, again and again. */
  async empty(): Promise<void> {
    for (;;) {
      await turn();
      this.check();
      const ready = this.members.filter(({ waiting, isGone }) => waiting === 0 && !isGone);
      if (ready.length === 0) break;
      for (const member of ready) {
        member.isGone = true;
        member.holding.leave();
      }
    }
    expect(this.members.filter(({ isGone }) => !isGone)).toEqual([]);
    expect(this.room.heldBytes).toBe(0);
  }
}

it('whatever comes, waits, stops and leaves: the limit holds, nobody is stuck, and all is given back', async () => {
  const index = fc.nat(9);
  const event = fc.oneof(
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('enter' as const), index, bytes: fc.constant(0) }) },
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constant('take' as const), index, bytes: fc.integer({ min: 1, max: 130 }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constantFrom('stop' as const, 'leave' as const, 'turn' as const),
        index,
        bytes: fc.constant(0),
      }),
    },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 60 }), async (events) => {
      const crowd = new Crowd();
      for (const { kind, index, bytes } of events) {
        if (kind === 'enter') crowd.members.push({ holding: crowd.room.enter(), waiting: 0, isGone: false });
        if (kind === 'take') crowd.take(index, bytes);
        if (kind === 'stop') crowd.member(index)?.holding.stop(new Error('stopped'));
        if (kind === 'leave') crowd.leave(index);
        if (kind === 'turn') await turn();
        crowd.check();
      }
      await crowd.empty();
    }),
    { numRuns: 300 },
  );
});
