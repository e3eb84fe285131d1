import { isValueRef } from '@tenon/base';
import type { RunEvent } from './event.js';
import { finishedText, noText, sharedLength, takeIn, type LiveText, type TextPiece } from './live-text.js';
import type { Segment, Selector } from './plan.js';
import { selectorKey, walk } from './reference.js';
import { isBlocking, reachFrom, type ReplyPlan } from './reply-plan.js';
import { GIVEN_NAMESPACES, REASONING_CHANNEL, type Reply, type ReplyCursor, type ReplyPiece } from './reply-state.js';
import { findIn, putIn } from './table.js';
import { toLog, toMarkdown } from './text-form.js';
import { isSecret, type Outputs, type Value } from './value.js';

/** A reply while it takes in one event or piece; the reply it came from stays as it was. */
export class ReplyBuilder {
  readonly pieces: ReplyPiece[] = [];
  readonly reply: { -readonly [Key in keyof Reply]: Reply[Key] };

  constructor(
    private readonly plan: ReplyPlan,
    before: Reply,
  ) {
    this.reply = { ...before };
  }

  hear(event: RunEvent): void {
    switch (event.type) {
      case 'run.started':
        this.learn(event.root, event.inputs);
        for (const namespace of GIVEN_NAMESPACES) {
          this.learn(namespace, event.pool[namespace] ?? {});
          this.end(namespace);
        }
        this.reach([event.root]);
        break;
      case 'step.retrying':
        this.expect(event.stepKey, event.attempt + 1);
        break;
      case 'step.handled':
        this.expect(event.stepKey, event.attempt + 1);
        this.endStep(event.stepKey, event.exit, event.outputs);
        break;
      case 'step.succeeded':
        this.expect(event.stepKey, event.attempt);
        this.endStep(event.stepKey, event.exit, event.outputs);
        break;
      case 'step.skipped':
        this.end(event.stepKey);
        break;
      case 'run.finished':
        this.reply.cursors = this.reply.cursors.filter(({ isFinished }) => isFinished);
        break;
    }
  }

  /** Says all that may be said. */
  speak(): void {
    for (let [cursor] = this.reply.cursors; cursor; [cursor] = this.reply.cursors) {
      const segment = this.plan.templates.get(cursor.stepKey)?.[cursor.segment];
      if (!segment) this.reply.cursors = this.reply.cursors.slice(1);
      else if (this.say(segment, cursor)) this.move({ segment: cursor.segment + 1, shown: 0 });
      else return;
    }
  }

  /** Takes in live text that a template shows; says whether there may be more to say. */
  takeText(piece: TextPiece): boolean {
    const selector = [piece.stepKey, piece.channel];
    const key = selectorKey(selector);
    const isWanted = this.plan.wanted.get(piece.stepKey)?.some((wanted) => selectorKey(wanted) === key) ?? false;
    if (!isWanted || Object.hasOwn(this.reply.ended, piece.stepKey)) return false;
    const taken = takeIn(own(this.reply.texts, key), piece);
    if (!taken) return false;
    if (taken.isAnew) this.takeBack(selector, 0);
    const { live, added } = taken;
    const isSaid = this.speaking(selector)?.shown === live.length - added.length;
    // what is not said at once and too long to be kept waits for the finished value
    this.reply.texts = { ...this.reply.texts, [key]: isSaid ? live : { ...live, length: live.text.length } };
    if (isSaid && added !== '') this.sayText(added, selector, live.length);
    return !isSaid;
  }

  /** Passes thinking on while somebody who is speaking or waits to will show its step. */
  think(piece: TextPiece): void {
    const { stepKey } = piece;
    const before = own(this.reply.reasoning, stepKey);
    const taken = takeIn(before, piece);
    if (!taken || Object.hasOwn(this.reply.ended, stepKey)) return;
    const { live, added, isAnew } = taken;
    if (isAnew) this.takeBackReasoning(stepKey);
    const isHeard = added !== '' && this.isAwaited(stepKey);
    const shown = (isAnew ? 0 : (before?.shown ?? 0)) + (isHeard ? added.length : 0);
    this.reply.reasoning = { ...this.reply.reasoning, [stepKey]: { ...live, text: '', shown } };
    if (isHeard) this.pieces.push({ type: 'reasoning', text: added, selector: [stepKey, REASONING_CHANNEL], stepKey });
  }

  private isAwaited(stepKey: string): boolean {
    const keys = [selectorKey([stepKey, 'text']), selectorKey([stepKey, REASONING_CHANNEL])];
    const shows = (segment: Segment) => 'selector' in segment && keys.includes(selectorKey(segment.selector));
    return this.reply.cursors.some((cursor) => this.plan.templates.get(cursor.stepKey)?.some(shows));
  }

  private endStep(stepKey: string, exit: string, outputs: Outputs): void {
    this.learn(stepKey, outputs);
    this.end(stepKey);
    this.reply.cursors = this.reply.cursors.map((cursor) =>
      cursor.stepKey === stepKey ? { ...cursor, isFinished: true } : cursor,
    );
    const indexed = this.plan.index.get(stepKey);
    if (!indexed || !isBlocking(indexed.step)) return;
    this.reach(indexed.outgoing.filter((edge) => edge.exit === exit).map((edge) => edge.target));
  }

  /** Opens the cursors of response steps that are certain now, those of one moment in the order of their ids. */
  private reach(entries: readonly string[]): void {
    const found = reachFrom(this.plan, entries, (stepKey) => findIn(this.reply.reached, stepKey) === true);
    for (const stepKey of found) this.reply.reached = putIn(this.reply.reached, stepKey, true);
    const opened = found
      .filter((stepKey) => this.plan.templates.has(stepKey))
      .sort()
      .map((stepKey) => ({ stepKey, segment: 0, shown: 0, isFinished: false }));
    this.reply.cursors = [...this.reply.cursors, ...opened];
  }

  private end(namespace: string): void {
    if (this.plan.wanted.has(namespace)) this.reply.ended = { ...this.reply.ended, [namespace]: true };
  }

  /** Keeps the values that templates show of a namespace, and closes its live texts with them. */
  private learn(namespace: string, outputs: Outputs): void {
    for (const selector of this.plan.wanted.get(namespace) ?? []) {
      const variable = own(outputs, selector[1] ?? '');
      if (variable === undefined) continue;
      const path = selector.slice(2);
      const value = isValueRef(variable) ? variable : walk(variable, path);
      if (value === undefined) continue;
      const known = { value, path: isValueRef(variable) ? path : [] };
      this.reply.values = { ...this.reply.values, [selectorKey(selector)]: known };
      this.close(selector, value);
    }
  }

  private close(selector: Selector, value: Value): void {
    const key = selectorKey(selector);
    const live = own(this.reply.texts, key);
    if (!live) return;
    if (typeof value === 'string') {
      const text = finishedText(live.text, value);
      this.takeBack(selector, sharedLength(live.text, text));
      this.reply.texts = { ...this.reply.texts, [key]: { ...live, text, length: text.length } };
    } else if (isValueRef(value)) {
      // the reader shows the rest of it
      const { [key]: _arrived, ...others } = this.reply.texts;
      this.reply.texts = others;
    }
  }

  /** From now on only text of try `attempt` counts; what was shown of earlier ones is taken back. */
  private expect(stepKey: string, attempt: number): void {
    for (const selector of this.plan.wanted.get(stepKey) ?? []) {
      const key = selectorKey(selector);
      const live = own(this.reply.texts, key);
      if (!live || live.attempt >= attempt) continue;
      this.takeBack(selector, 0);
      this.reply.texts = { ...this.reply.texts, [key]: noText(attempt) };
    }
    const thinking = own(this.reply.reasoning, stepKey);
    if (!thinking || thinking.attempt >= attempt) return;
    this.takeBackReasoning(stepKey);
    this.reply.reasoning = { ...this.reply.reasoning, [stepKey]: { ...noText(attempt), shown: 0 } };
  }

  /** Takes back what the speaking cursor has shown of `selector` beyond `kept` code units. */
  private takeBack(selector: Selector, kept: number): void {
    const cursor = this.speaking(selector);
    if (!cursor || cursor.shown <= kept) return;
    const length = cursor.shown - kept;
    this.pieces.push({ type: 'reset', of: 'text', length, selector, stepKey: selector[0] as string });
    this.move({ segment: cursor.segment, shown: kept });
  }

  /** The cursor that speaks, while it is at `selector`. */
  private speaking(selector: Selector): ReplyCursor | undefined {
    const [cursor] = this.reply.cursors;
    const segment = cursor && this.plan.templates.get(cursor.stepKey)?.[cursor.segment];
    const isAt = segment && 'selector' in segment && selectorKey(segment.selector) === selectorKey(selector);
    return isAt ? cursor : undefined;
  }

  private takeBackReasoning(stepKey: string): void {
    const length = own(this.reply.reasoning, stepKey)?.shown ?? 0;
    const selector = [stepKey, REASONING_CHANNEL];
    if (length > 0) this.pieces.push({ type: 'reset', of: 'reasoning', length, selector, stepKey });
  }

  private move(place: Pick<ReplyCursor, 'segment' | 'shown'>): void {
    const [cursor, ...waiting] = this.reply.cursors;
    if (cursor) this.reply.cursors = [{ ...cursor, ...place }, ...waiting];
  }

  /** Says what there is of a segment; true when that is all of it. */
  private say(segment: Segment, cursor: ReplyCursor): boolean {
    if ('text' in segment) {
      this.pieces.push({
        type: 'text',
        text: segment.text,
        selector: [cursor.stepKey, 'answer'],
        stepKey: cursor.stepKey,
      });
      return true;
    }
    const { selector } = segment;
    const key = selectorKey(selector);
    const [namespace = ''] = selector;
    const stepKey = this.plan.index.has(namespace) ? namespace : cursor.stepKey;
    const live = own(this.reply.texts, key);
    if (live && live.text !== '') return this.sayLive(live, selector, cursor);
    const known = own(this.reply.values, key);
    if (!known) return cursor.isFinished || Object.hasOwn(this.reply.ended, namespace);
    const { value, path } = known;
    if (isValueRef(value)) {
      this.pieces.push({ type: 'reference', reference: value, path, from: cursor.shown, selector, stepKey });
    } else {
      const text = isSecret(value) ? toLog(value) : toMarkdown(value);
      this.pieces.push({ type: 'text', text, selector, stepKey });
    }
    return true;
  }

  private sayLive(live: LiveText, selector: Selector, cursor: ReplyCursor): boolean {
    const text = live.text.slice(cursor.shown);
    const isOver = Object.hasOwn(this.reply.ended, selector[0] as string);
    // an empty piece ends a text that was shown as it came
    if (text !== '' || (isOver && cursor.shown > 0)) this.sayText(text, selector, live.length);
    return isOver || cursor.isFinished;
  }

  private sayText(text: string, selector: Selector, shown: number): void {
    this.pieces.push({ type: 'text', text, selector, stepKey: selector[0] as string });
    const [cursor] = this.reply.cursors;
    if (cursor) this.move({ segment: cursor.segment, shown });
  }
}

function own<V>(record: Readonly<Record<string, V>>, key: string): V | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
