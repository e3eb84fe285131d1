import { TestBed } from '@angular/core/testing';
import { Diagrams } from './diagrams.js';

const SOURCE = 'graph TD\n a --> b';

let diagrams: Diagrams;
beforeEach(() => {
  jest.useFakeTimers();
  diagrams = TestBed.inject(Diagrams);
});
afterEach(() => {
  jest.useRealTimers();
  document.querySelectorAll('iframe').forEach((frame) => frame.remove());
});

const frame = () => document.querySelector('iframe') as HTMLIFrameElement;
/** Something arrives as a message of a window. */
const say = (data: object, source: MessageEventSource | null = frame().contentWindow) =>
  window.dispatchEvent(new MessageEvent('message', { data, source }));

it('draws in a frame that may run scripts and nothing else, and shows what comes back as an image', async () => {
  const drawing = diagrams.draw(SOURCE, false);
  expect(frame().getAttribute('sandbox')).toBe('allow-scripts');
  expect(frame().getAttribute('src')).toBe('diagrams/frame.html');
  const asked = jest.spyOn(frame().contentWindow as Window, 'postMessage');
  say({ kind: 'ready' });
  await Promise.resolve();
  expect(asked).toHaveBeenCalledWith({ id: 1, source: SOURCE, isDark: false }, '*');
  say({ kind: 'drawn', id: 1, svg: '<svg>#</svg>', width: 20 });
  expect(await drawing).toEqual({ url: 'data:image/svg+xml;charset=utf-8,%3Csvg%3E%23%3C%2Fsvg%3E', width: 20 });
});

it('listens to its frame alone', async () => {
  const drawing = diagrams.draw(SOURCE, false);
  say({ kind: 'drawn', id: 1, svg: '<svg>evil</svg>', width: 1 }, window);
  say({ kind: 'drawn', id: 1, svg: '<svg>own</svg>', width: 2 });
  expect((await drawing).width).toBe(2);
});

it('draws the same once', () => {
  expect(diagrams.draw(SOURCE, false)).toBe(diagrams.draw(SOURCE, false));
  expect(diagrams.draw(SOURCE, true)).not.toBe(diagrams.draw(SOURCE, false));
});

it('says why a diagram could not be drawn', async () => {
  const drawing = diagrams.draw('graph', false);
  say({ kind: 'failed', id: 1, message: 'Parse error' });
  await expect(drawing).rejects.toThrow('Parse error');
});

it('gives up a frame that does not answer, and draws the next in another', async () => {
  const drawing = diagrams.draw(SOURCE, false);
  const first = frame();
  const failed = expect(drawing).rejects.toThrow('in time');
  await jest.advanceTimersByTimeAsync(10_000);
  await failed;
  expect(first.isConnected).toBe(false);
  const next = diagrams.draw('pie', false);
  say({ kind: 'drawn', id: 2, svg: '<svg/>', width: 3 });
  expect((await next).width).toBe(3);
});
