import type { StepPorts } from '@tenon/nodes/activities';
import { withReplies, type ChatDelta, type ChatModel } from '@tenon/ports';

/** Waits for so much more memory; undefined when it is there. */
export type Take = (bytes: number) => Promise<void> | undefined;

/** The text of a reply is there as it came, as it is shown, as an output, as a record, and as what is stored. */
const COPIES_OF_REPLY = 6;
/** The body of an answer is there as pieces, as a whole, as text, and as what is stored. */
const COPIES_OF_BODY = 4;
/** What code is given and gives is there as a value, as text, and on the wire. */
const COPIES_OF_CODE = 3;

/** The ports of one step, of which nothing large comes before there is room for it. */
export function measuredPorts(ports: StepPorts, take: Take): StepPorts {
  const { models, http, code } = ports;
  return {
    ...ports,
    models: { getChatModel: async (teamId, name) => measured(await models.getChatModel(teamId, name), take) },
    http: { request: (request) => http.request({ ...request, admit: (bytes) => take(COPIES_OF_BODY * bytes) }) },
    code: {
      describe: () => code.describe(),
      run: async (request) => {
        await take(COPIES_OF_CODE * request.inputs.length);
        const reply = await code.run(request);
        await take(COPIES_OF_CODE * reply.result.length);
        return reply;
      },
    },
  };
}

function measured(model: ChatModel, take: Take): ChatModel {
  return withReplies(model, (request) => measuredDeltas(model.stream(request), take));
}

async function* measuredDeltas(deltas: AsyncIterable<ChatDelta>, take: Take): AsyncGenerator<ChatDelta> {
  for await (const delta of deltas) {
    const room = take(COPIES_OF_REPLY * charactersOf(delta));
    // the server waits meanwhile: it is not read
    if (room) await room;
    yield delta;
  }
}

function charactersOf(delta: ChatDelta): number {
  if (delta.type === 'text' || delta.type === 'reasoning') return delta.text.length;
  return delta.type === 'toolCall' ? (delta.arguments?.length ?? 0) : 0;
}
