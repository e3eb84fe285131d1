import { accepted, type UserError } from '../api/client.js';
import { EXIT } from '../exit-code.js';
import { withInstance, type CommandContext } from '../instance/with-instance.js';
import { count } from '../render/quantity.js';

const ROTATE = 'mutation { rotateSecretKey { secrets sessions errors { code message path } } }';

interface RotateAnswer {
  readonly rotateSecretKey: { readonly secrets: number; readonly sessions: number; readonly errors: UserError[] };
}

/** `tenon secrets rotate`: seals every secret with a new key, while Tenon goes on. */
export async function rotateSecretsCommand(context: CommandContext): Promise<number> {
  const { terminal, config } = context;
  return withInstance(context, async ({ client }) => {
    const { secrets, sessions } = accepted((await client.ask<RotateAnswer>(ROTATE)).rotateSecretKey);
    terminal.result(`${count(secrets, 'secret')} sealed with the new key; the old one opens none of them.`);
    terminal.note(`${count(sessions, 'browser session')} ended. API tokens are as before.`);
    if (config.secrets.key) terminal.note('Start Tenon without TENON_SECRET_KEY_PREVIOUS from now on.');
    else terminal.note('Backups from before open with the key that they hold.');
    return EXIT.succeeded;
  });
}
