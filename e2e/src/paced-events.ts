import { foldRunView, stepsIn, type RunEvent, type RunView } from '@tenon/engine';
import type { Page } from 'playwright-core';

/** An event of a run as the API sends it; live text has none of these fields. */
interface Sent {
  readonly seq?: number;
  readonly at: string;
  readonly type: string;
  readonly eventStep: string | null;
  readonly payload: object;
}

interface Message {
  readonly type: string;
  readonly payload?: { readonly data?: { readonly runEvents: readonly Sent[] } };
}

/** What the API sends to a page of its run, which comes through one event at a time. */
export interface PacedEvents {
  /** Lets the page have all up to the next event. Gives the run as the events so far tell it. */
  next(): Promise<RunView>;
}

/** Call it before the page is opened. It follows one run. */
export async function paceEvents(page: Page): Promise<PacedEvents> {
  const waiting: { readonly sent?: Sent; readonly pass: () => void }[] = [];
  let view: RunView | undefined;
  let noteArrival: () => void = () => undefined;
  await page.routeWebSocket(/\/graphql$/, (socket) => {
    socket.connectToServer().onMessage((text) => {
      const message = JSON.parse(String(text)) as Message;
      const updates = message.payload?.data?.runEvents;
      if (!updates && message.type !== 'complete') return socket.send(text);
      if (!updates) waiting.push({ pass: () => socket.send(text) });
      for (const sent of updates ?? []) {
        const one = JSON.stringify({ ...message, payload: { data: { runEvents: [sent] } } });
        waiting.push({ sent, pass: () => socket.send(one) });
      }
      noteArrival();
    });
  });
  return {
    next: async () => {
      for (;;) {
        const part = waiting.shift();
        part?.pass();
        if (part?.sent?.seq !== undefined) return (view = foldRunView(view, eventOf(part.sent)));
        if (!part) await new Promise<void>((resolve) => (noteArrival = resolve));
      }
    },
  };
}

/** How each step of a run stands, by its key. */
export function statesIn(view: RunView): ReadonlyMap<string, string> {
  return new Map(stepsIn(view).map(({ stepKey, status }) => [stepKey, status]));
}

function eventOf({ payload, seq, at, type, eventStep }: Sent): RunEvent {
  return { ...payload, seq, at: Date.parse(at), type, ...(eventStep !== null && { stepKey: eventStep }) } as RunEvent;
}
