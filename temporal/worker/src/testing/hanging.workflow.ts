/** Ends at once. */
export async function quick(): Promise<string> {
  return 'done';
}

/** Never gives the thread back. */
export async function hanging(): Promise<never> {
  for (;;);
}

/** Fails its task where everybody can see it. */
export async function failing(): Promise<never> {
  throw new TypeError('a bug');
}
