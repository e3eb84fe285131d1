import { MemoryRoom } from '@tenon/base';

const MIB = 1024 * 1024;

/** What a worker may do at once with the memory it has. */
export interface MemoryShares {
  /** Large values of all steps under way together, in bytes. */
  readonly valueBytes: number;
  /** Heap of the thread of workflow code, in MiB. */
  readonly workflowHeapMb: number;
  /** Runs that stay in memory between two things that happen to them. */
  readonly cachedRuns: number;
  /** Steps that are performed at once. */
  readonly steps: number;
}

/**
 * Shares out the heap of this process, which its start option `--max-old-space-size` bounds. The thread of workflow code
 * has a heap of its own beside it.
 */
export function shareMemory(heapBytes: number): MemoryShares {
  const heapMb = Math.floor(heapBytes / MIB);
  return {
    valueBytes: Math.floor(heapBytes * 0.4),
    workflowHeapMb: Math.max(64, Math.floor(heapMb / 2)),
    // a run takes up a few hundred KiB; where many take more, the thread lets go of some
    cachedRuns: Math.max(20, Math.min(500, Math.floor(heapMb / 2))),
    // a step may be given 1.5 MB, which is there as bytes, as text and as a value
    steps: Math.max(20, Math.min(400, Math.floor(heapMb / 2.5))),
  };
}

/** Where steps take the memory of their large values, 256 KiB each without asking. */
export function createValueRoom(valueBytes: number): MemoryRoom {
  return new MemoryRoom(valueBytes, MIB / 4);
}
