import { Client, Connection } from '@temporalio/client';
import type { Stack } from './stack.js';

export interface HistorySize {
  readonly events: number;
  readonly bytes: number;
}

/** Reads how much the workflow server keeps of a run. */
export interface HistoryReader {
  /** Zeros when there is no such workflow. */
  read(workflowId: string | undefined): Promise<HistorySize>;
  close(): Promise<void>;
}

export async function openHistory({ temporal }: Stack): Promise<HistoryReader> {
  const connection = await Connection.connect({ address: temporal.address });
  const client = new Client({ connection, namespace: temporal.namespace });
  return {
    read: async (workflowId) => {
      if (!workflowId) return { events: 0, bytes: 0 };
      const { historyLength, historySize } = await client.workflow.getHandle(workflowId).describe();
      return { events: historyLength, bytes: historySize ?? 0 };
    },
    close: () => connection.close(),
  };
}
