// Draws the diagrams that the console asks for. It has an origin of its own and no network: see ADR 0028.
import mermaid from './mermaid/dist/mermaid.esm.min.mjs';

/** What a diagram may not set by itself. */
const secure = [
  'dompurifyConfig',
  'flowchart',
  'htmlLabels',
  'layout',
  'maxEdges',
  'maxTextSize',
  'secure',
  'securityLevel',
  'startOnLoad',
  'suppressErrorRendering',
  'themeCSS',
];
/** The beginning of a tag with attributes, which a handler may be one of. */
const TAG = /(?<!<)<(?=[a-z][\w-]*[\s/][^<>]*=)/gi;
let last = Promise.resolve();

addEventListener('message', ({ source, data }) => {
  if (source !== parent) return;
  last = last.then(() => draw(data)); // one at a time: they share the page
});
parent.postMessage({ kind: 'ready' }, '*');

async function draw({ id, source, isDark }) {
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: 'strict',
    suppressErrorRendering: true,
    htmlLabels: false,
    flowchart: { htmlLabels: false },
    layout: 'dagre',
    state: { layout: 'dagre' },
    fontFamily: 'system-ui, sans-serif',
    theme: isDark ? 'dark' : 'neutral',
    secure,
  });
  try {
    const { svg } = await mermaid.render(`diagram${id}`, source.replace(TAG, '#lt;'));
    const picture = new DOMParser().parseFromString(svg, 'text/html').querySelector('svg');
    const [, , width, height] = picture
      .getAttribute('viewBox')
      .split(/[\s,]+/)
      .map(Number);
    picture.setAttribute('width', width);
    picture.setAttribute('height', height);
    parent.postMessage({ kind: 'drawn', id, svg: new XMLSerializer().serializeToString(picture), width }, '*');
  } catch (error) {
    parent.postMessage({ kind: 'failed', id, message: String(error?.message ?? error) }, '*');
  }
}
