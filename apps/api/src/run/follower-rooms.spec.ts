import { FollowerRooms } from './follower-rooms.js';

const KIB = 1024;

it.each(['takePage', 'takeValues'] as const)('B72 %s gives a team no more than it leaves to the others', (take) => {
  // 256 KiB for pages, 512 for values
  const rooms = new FollowerRooms(4 * KIB * KIB);
  const sizeBytes = take === 'takePage' ? 64 * KIB : 128 * KIB;
  const held = Array.from({ length: 5 }, () => rooms[take]('one', sizeBytes));
  expect(held.map((holding) => holding !== undefined)).toEqual([true, true, false, false, false]);
  const another = rooms[take]('another', sizeBytes);
  expect(another).toBeDefined();
  for (const holding of [another, held[0]]) holding?.leave();
  expect(rooms[take]('one', sizeBytes)).toBeDefined();
});

it('what is larger than a team may hold is let in when the team holds nothing else', () => {
  const rooms = new FollowerRooms(4 * KIB * KIB);
  const other = rooms.takeValues('one', KIB);
  expect(rooms.takeValues('one', 16 * KIB * KIB)).toBeUndefined();
  other?.leave();
  const large = rooms.takeValues('one', 16 * KIB * KIB);
  expect([large !== undefined, rooms.takeValues('one', 1), rooms.takeValues('another', KIB) !== undefined]).toEqual([
    true,
    undefined,
    true,
  ]);
  large?.leave();
  expect(rooms.heldBytes).toBe(KIB);
});
