const WAITS_MS = [250, 500, 1_000, 2_000];

/** Waits before another try, the longer the more have failed. @param failed  how many have failed before this one */
export function pauseAfter(failed: number): Promise<void> {
  const ms = WAITS_MS[Math.min(failed, WAITS_MS.length - 1)];
  return new Promise((resolve) => setTimeout(resolve, ms));
}
