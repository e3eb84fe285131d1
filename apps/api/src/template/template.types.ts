import { Field, ID, ObjectType, registerEnumType } from '@nestjs/graphql';
import { JsonScalar } from '../graphql/scalars.js';
import type { TemplateCategory, TemplateNeed, TemplateRecord } from './template-shelf.js';

const Category = { CHAT: 'chat', TEXT: 'text', DATA: 'data' } as const satisfies Record<string, TemplateCategory>;
registerEnumType(Category, { name: 'TemplateCategory' });

const Need = { MODEL: 'model', CODE: 'code', WEB: 'web' } as const satisfies Record<string, TemplateNeed>;
registerEnumType(Need, { name: 'TemplateNeed', description: 'What has to be there for a template to run' });

/** An app file that comes with Tenon, to begin with. */
@ObjectType()
export class Template {
  @Field(() => ID)
  id!: string;

  @Field()
  title!: string;

  @Field({ description: 'What it does, in a sentence or two' })
  summary!: string;

  @Field(() => Category)
  category!: TemplateCategory;

  @Field()
  name!: string;

  @Field()
  mode!: string;

  @Field()
  icon!: string;

  @Field()
  iconBackground!: string;

  @Field(() => [Need])
  needs!: readonly TemplateNeed[];

  @Field(() => JsonScalar)
  definition!: object;

  @Field({ description: 'The text of the app file, as importApp takes it' })
  content!: string;

  @Field(() => String, { nullable: true, description: 'A message to try it with; of chatflows' })
  query!: string | null;

  @Field(() => JsonScalar, { description: 'Values of the start form to try it with' })
  inputs!: object;
}

/** A template as it is shown. */
export function toTemplate({ definition, ...rest }: TemplateRecord): Template {
  const { name, mode, icon, icon_background: iconBackground } = definition.app;
  return { ...rest, definition, name, mode, icon, iconBackground };
}
