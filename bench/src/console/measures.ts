/// <reference lib="dom" />
import type { CDPSession, Page } from '@tenon/e2e/console';
import { gzipSync } from 'node:zlib';

/** Moves of the pointer while it drags. */
const DRAG_STEPS = 90;

/** Bytes of all that a page needs to be shown, each file packed as a server would send it. */
export async function packedBytes(page: Page, path: string): Promise<number> {
  const bodies: Promise<number>[] = [];
  const isFile = /\.(?:js|css|svg|woff2?)$|\/$/;
  page.on('response', (response) => {
    if (isFile.test(new URL(response.url()).pathname))
      bodies.push(response.body().then((body) => gzipSync(body).length));
  });
  await page.goto(path);
  await page.locator('h1').first().waitFor();
  await page.waitForLoadState('networkidle');
  const sizes = await Promise.all(bodies);
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** From the last answer of the API to the moment at which `count` elements that `selector` names are painted, in milliseconds. */
export async function paintedAfterData(page: Page, selector: string, count: number): Promise<number> {
  return page.evaluate(
    ([wanted, enough]) =>
      new Promise<number>((resolve) => {
        const look = () => {
          if (document.querySelectorAll(wanted).length < enough) return void requestAnimationFrame(look);
          requestAnimationFrame(() => {
            const answers = performance
              .getEntriesByType('resource')
              .filter(({ name }) => name.endsWith('/graphql')) as PerformanceResourceTiming[];
            resolve(performance.now() - Math.max(...answers.map(({ responseEnd }) => responseEnd)));
          });
        };
        look();
      }),
    [selector, count] as const,
  );
}

/** From the click on a link to the moment at which `count` elements are painted, in milliseconds. */
export async function openedBy(page: Page, link: string, selector: string, count: number): Promise<number> {
  return page.evaluate(
    ([from, wanted, enough]) =>
      new Promise<number>((resolve) => {
        const begin = performance.now();
        document.querySelector<HTMLElement>(from)?.click();
        const look = () => {
          if (document.querySelectorAll(wanted).length < enough) return void requestAnimationFrame(look);
          requestAnimationFrame(() => resolve(performance.now() - begin));
        };
        look();
      }),
    [link, selector, count] as const,
  );
}

/** Frames a second while the pointer drags the drawing about. */
export async function framesWhileDragging(page: Page, cdp: CDPSession, selector: string): Promise<number> {
  const box = await page.locator(selector).boundingBox();
  if (!box) throw new Error(`There is no ${selector} to drag.`);
  const [x, y] = [box.x + box.width - 40, box.y + 40];
  const counting = page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let frames = 0;
        const begin = performance.now();
        const count = () => {
          frames += 1;
          const elapsed = performance.now() - begin;
          if (elapsed >= 2_000) resolve((frames * 1_000) / elapsed);
          else requestAnimationFrame(count);
        };
        requestAnimationFrame(count);
      }),
  );
  const move = (type: 'mousePressed' | 'mouseMoved' | 'mouseReleased', at: number) =>
    cdp.send('Input.dispatchMouseEvent', {
      ...{ type, button: 'left', buttons: type === 'mouseReleased' ? 0 : 1, clickCount: 1 },
      ...{ x: x - 200 * Math.sin(at / 14), y: y + 100 * (1 - Math.cos(at / 14)) },
    });
  await move('mousePressed', 0);
  for (let at = 1; at <= DRAG_STEPS; at += 1) await move('mouseMoved', at);
  await move('mouseReleased', DRAG_STEPS);
  return counting;
}
