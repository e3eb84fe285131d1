/** Whether a process of ours answers at `url`, whatever it says: it does not hang then. Gives up when `signal` says so. */
export async function answers(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const { body } = await fetch(url, { signal });
    await body?.cancel();
    return true;
  } catch {
    return false;
  }
}
