/**
 * `npm run bench:console`: how fast the console opens and moves large things, in a real browser on the built product.
 * Ends with 1 when a budget is not kept.
 */
import { follow, Person, publishApp, startBrowser, startRun, startStack, workflowOf } from '@tenon/e2e/console';
import { median } from '../median.js';
import { framesWhileDragging, openedBy, packedBytes, paintedAfterData } from './measures.js';

const NODES = 200;
const STEPS = 1_000;
const TRIES = 5;

interface Measured {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly budget: number;
  /** The budget is the least, not the most. */
  readonly isFloor?: true;
}

// what is being stopped keeps no process awake
const awake = setInterval(() => undefined, 60_000);
const [stack, browser] = await Promise.all([startStack(), startBrowser()]);
try {
  say('preparing a graph and a run');
  const graphId = await publishApp(stack, workflowOf(NODES));
  const longId = await publishApp(stack, workflowOf(STEPS));
  const runId = await startRun(stack, { appId: longId });
  await follow(stack, runId);
  const measured: Measured[] = [];
  measured.push({ what: 'first load, packed', value: await firstLoad(), unit: 'kB', budget: 300 });
  say('opening the graph');
  const drawn: number[] = [];
  const frames: number[] = [];
  for (let index = 0; index < TRIES; index += 1) {
    const person = await Person.open(browser, stack.url);
    await person.signIn('/');
    await person.page.goto(`/apps/${graphId}/graph`);
    drawn.push(await paintedAfterData(person.page, '[data-node-id]', NODES));
    const cdp = await person.context.newCDPSession(person.page);
    frames.push(await framesWhileDragging(person.page, cdp, 'tn-graph-canvas'));
    await person.close();
  }
  measured.push(
    {
      what: `graph of ${NODES} nodes, from its data to the drawing`,
      value: median(drawn),
      unit: 'ms',
      budget: 1_000,
    },
    { what: 'the same, dragged', value: median(frames), unit: 'frames/s', budget: 50, isFloor: true },
  );
  say('opening the run');
  const opened: number[] = [];
  for (let index = 0; index < TRIES; index += 1) {
    const person = await Person.open(browser, stack.url);
    await person.signIn('/runs');
    const link = `a[href*="${runId}"]`;
    await person.page.locator(link).first().waitFor();
    opened.push(await openedBy(person.page, link, '.drawn [data-node-id]', 1));
    await person.close();
  }
  measured.push({
    what: `run of ${STEPS} steps, from the click to the page`,
    value: median(opened),
    unit: 'ms',
    budget: 1_500,
  });
  for (const { what, value, unit, budget, isFloor } of measured) {
    const isKept = isFloor ? value >= budget : value <= budget;
    process.stdout.write(
      `${isKept ? '✓' : '✗'} ${what}: ${value.toFixed(0)} ${unit} (${isFloor ? 'at least' : 'at most'} ${budget})\n`,
    );
    if (!isKept) process.exitCode = 1;
  }
} finally {
  await browser.close();
  await stack.close();
  clearInterval(awake);
}

async function firstLoad(): Promise<number> {
  const person = await Person.open(browser, stack.url);
  try {
    await person.signIn('/');
    const fresh = await person.context.newPage();
    return (await packedBytes(fresh, '/')) / 1_000;
  } finally {
    await person.close();
  }
}

function say(text: string): void {
  process.stderr.write(`${text} …\n`);
}
