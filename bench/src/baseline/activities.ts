import { Context } from '@temporalio/activity';
import OpenAI from 'openai';

const BEAT_MS = 1_000;

/** The work of the baseline: what the nodes of the measured apps do, without anything around it. */
export interface BaselineActivities {
  /** Gets a small document over HTTP. */
  request(): Promise<string>;
  /** Asks the model and passes its text on while it comes. */
  askModel(): Promise<string>;
}

/** @param emit is told the workflow and the text as it comes */
export function createBaselineActivities(
  modelUrl: string,
  emit: (workflowId: string, text: string) => void,
): BaselineActivities {
  const model = new OpenAI({ baseURL: modelUrl, apiKey: 'sk-bench', maxRetries: 0 });
  return {
    request: () =>
      whileBeating(async (signal) => {
        const response = await fetch(`${modelUrl}/models`, { signal });
        if (!response.ok) throw new Error(`the server answered ${response.status}`);
        return response.text();
      }),
    askModel: () =>
      whileBeating(async (signal) => {
        const { workflowId } = Context.current().info.workflowExecution ?? {};
        const stream = await model.chat.completions.create(
          { model: 'scripted', messages: [{ role: 'user', content: 'Say something.' }], stream: true },
          { signal },
        );
        let text = '';
        for await (const chunk of stream) {
          const piece = chunk.choices[0]?.delta.content ?? '';
          if (piece !== '') emit(workflowId ?? '', piece);
          text += piece;
        }
        return text;
      }),
  };
}

async function whileBeating<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(), BEAT_MS);
  try {
    return await work(context.cancellationSignal);
  } finally {
    clearInterval(timer);
  }
}
