/**
 * Asks again and again until there is something true.
 * @throws Error that names `what`, after `withinMs`
 */
export async function until<T>(
  what: string,
  find: () => T | undefined | false | Promise<T | undefined | false>,
  withinMs: number,
): Promise<T> {
  for (const end = Date.now() + withinMs; ;) {
    const found = await find();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
