import type { AttemptRecord } from '@tenon/database';
import type { StepResult } from '@tenon/engine';
import { hideInReplies, hideInShown, hideSecrets, type StepPorts } from '@tenon/nodes/activities';

type Failed = Extract<StepResult, { ok: false }>;

/** Keeps the secrets that a step has opened out of what people see of it. */
export class Discretion {
  constructor(private readonly secrets: readonly string[] = []) {}

  text(text: string): string {
    return hideSecrets(text, this.secrets);
  }

  /** A failure and what comes with it are for people: what the other side said in it may repeat a secret. */
  failure(result: Failed): Failed {
    const { failure, outputs } = result;
    const { message, details } = failure;
    const shown = { ...failure, message: hideInShown(message, this.secrets) };
    return {
      ...result,
      failure: details ? { ...shown, details: hideInShown(details, this.secrets) } : shown,
      ...(outputs && { outputs: hideSecrets(outputs, this.secrets) }),
    };
  }

  record({ request, reply, price }: AttemptRecord): AttemptRecord {
    return {
      ...(price && { price }),
      ...(request !== undefined && { request: hideInShown(request, this.secrets) }),
      ...(reply !== undefined && { reply: hideInShown(reply, this.secrets) }),
    };
  }

  /** Replies of models are for people from their first letter on; an http-request hides what it was told by itself. */
  ports(ports: StepPorts): StepPorts {
    const { secrets } = this;
    if (secrets.length === 0) return ports;
    const { models } = ports;
    const getChatModel: typeof models.getChatModel = async (teamId, name) =>
      hideInReplies(await models.getChatModel(teamId, name), secrets);
    return { ...ports, models: { getChatModel } };
  }
}
