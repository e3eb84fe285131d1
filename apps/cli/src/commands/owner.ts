import { accepted, type UserError } from '../api/client.js';
import { EXIT } from '../exit-code.js';
import { withInstance, type CommandContext } from '../instance/with-instance.js';

const RESET = 'mutation { resetOwnerPassword { email password errors { code message path } } }';

interface ResetAnswer {
  readonly resetOwnerPassword: { readonly email: string; readonly password: string; readonly errors: UserError[] };
}

/** `tenon owner reset`: gives the owner a new password and ends every browser session. */
export async function resetOwnerCommand(context: CommandContext): Promise<number> {
  const { terminal } = context;
  return withInstance(context, async ({ client }) => {
    const { email, password } = accepted((await client.ask<ResetAnswer>(RESET)).resetOwnerPassword);
    terminal.result(`Sign in as: ${email}`);
    terminal.result(`Password:   ${password}`);
    terminal.note('It is not shown again. Browsers that were signed in have to sign in anew.');
    return EXIT.succeeded;
  });
}
