import { Field, Int, ObjectType } from '@nestjs/graphql';
import { Payload } from '../graphql/payload.js';

@ObjectType()
export class RotateSecretKeyPayload extends Payload {
  @Field(() => Int, { nullable: true, description: 'How many secrets were sealed with the new key' })
  secrets?: number;

  @Field(() => Int, { nullable: true, description: 'How many browser sessions were ended' })
  sessions?: number;
}
