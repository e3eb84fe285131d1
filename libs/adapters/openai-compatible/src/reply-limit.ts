import type { TenonError } from '@tenon/base';
import { modelErrors } from '@tenon/ports';
import { errors, type Dispatcher } from 'undici';

/** Bytes of JSON that one byte of text takes at most, and what stands around the text. */
const ESCAPED = 6;
const AROUND_BYTES = 64 * 1024;
const LINE_BREAK = 10;

/** What a reply that goes beyond its limit comes to. @param who  the model */
export function replyTooLarge(who: string): TenonError {
  return modelErrors.replyTooLarge(
    `${who} answers with more than a reply may hold: ask for less, or set TENON_MODEL_MAX_REPLY_BYTES higher.`,
  );
}

/**
 * Breaks off a response as soon as one line of it, which is one event or a reply that comes whole, is longer than
 * `maxReplyBytes` of text can make it: a line is kept in memory until it ends.
 */
export function limitLines(maxReplyBytes: number): Dispatcher.DispatcherComposeInterceptor {
  const limit = ESCAPED * maxReplyBytes + AROUND_BYTES;
  return (dispatch) => (options, handler) => dispatch(options, new LineLimit(handler, limit));
}

class LineLimit implements Dispatcher.DispatchHandler {
  private lineBytes = 0;

  constructor(
    private readonly handler: Dispatcher.DispatchHandler,
    private readonly limit: number,
  ) {}

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.handler.onRequestStart?.(controller, context);
  }

  onRequestUpgrade(...given: Parameters<NonNullable<Dispatcher.DispatchHandler['onRequestUpgrade']>>): void {
    this.handler.onRequestUpgrade?.(...given);
  }

  onResponseStarted(): void {
    this.handler.onResponseStarted?.();
  }

  onResponseStart(...given: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>): void {
    this.handler.onResponseStart?.(...given);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const lastBreak = chunk.lastIndexOf(LINE_BREAK);
    this.lineBytes = lastBreak < 0 ? this.lineBytes + chunk.length : chunk.length - lastBreak - 1;
    if (this.lineBytes > this.limit) controller.abort(new errors.ResponseExceededMaxSizeError());
    else this.handler.onResponseData?.(controller, chunk);
  }

  onResponseEnd(...given: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseEnd']>>): void {
    this.handler.onResponseEnd?.(...given);
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    this.handler.onResponseError?.(controller, error);
  }
}
