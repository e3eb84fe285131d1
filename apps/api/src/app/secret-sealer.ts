import type { TeamId } from '@tenon/base';
import { hasGraph, type Definition, type DefinitionVariable } from '@tenon/dsl';
import { isSecret, secretOf, toText } from '@tenon/engine';
import type { SecretStore } from '@tenon/ports';
import { Inject, Injectable } from '@nestjs/common';
import { SECRETS } from '../parts.js';

/** Takes the values of secret variables out of definitions before anything is stored. */
@Injectable()
export class SecretSealer {
  constructor(@Inject(SECRETS) private readonly secrets: SecretStore) {}

  /** The definition with each secret value replaced by a reference to where it is sealed. */
  async seal(teamId: TeamId, definition: Definition): Promise<Definition> {
    if (!hasGraph(definition)) return definition;
    const { workflow } = definition;
    const environment = await Promise.all(workflow.environment_variables.map((it) => this.sealVariable(teamId, it)));
    const conversation = await Promise.all(workflow.conversation_variables.map((it) => this.sealVariable(teamId, it)));
    return {
      ...definition,
      workflow: { ...workflow, environment_variables: environment, conversation_variables: conversation },
    };
  }

  private async sealVariable(teamId: TeamId, variable: DefinitionVariable): Promise<DefinitionVariable> {
    const { value_type: type, value } = variable;
    if (type !== 'secret' || isSecret(value) || value === '' || value === null) return variable;
    return { ...variable, value: secretOf(await this.secrets.seal(teamId, toText(value))) };
  }
}
