// No test may leave a key on a built-in prototype: the canary of reliability row B23, in every suite.
const prototypes = { Object: Object.prototype, Array: Array.prototype, Function: Function.prototype };
const before = Object.fromEntries(Object.entries(prototypes).map(([name, it]) => [name, Reflect.ownKeys(it).length]));

afterEach(() => {
  for (const [name, it] of Object.entries(prototypes))
    expect([name, Reflect.ownKeys(it).length]).toEqual([name, before[name]]);
});
