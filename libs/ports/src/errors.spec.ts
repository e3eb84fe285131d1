import { isWorthRetrying } from '@tenon/base';
import { codeErrors, modelErrors, outboundErrors } from './errors.js';

describe('what the world answers', () => {
  it.each([
    modelErrors.rateLimited('Slow down.'),
    modelErrors.unavailable('Broken.'),
    codeErrors.unavailable('Away.'),
    outboundErrors.timedOut('Slow.'),
  ])('is worth another try when it passes: $code', ({ kind }) => expect(isWorthRetrying(kind)).toBe(true));

  it.each([
    modelErrors.replyTooLarge('Long.'),
    codeErrors.timedOut('Slow.'),
    codeErrors.outOfMemory('Large.'),
    codeErrors.outputTooLarge('Large.'),
    outboundErrors.tooLarge('Large.'),
  ])('is not when the same would come to the same: $code', ({ kind }) => expect(isWorthRetrying(kind)).toBe(false));
});
