import DOMPurify from 'dompurify';

const ALLOWED_TAGS = (
  'a b blockquote br code del em h3 h4 h5 h6 hr i img ins kbd li mark ol p pre s span strong sub sup ' +
  'table tbody td th thead tr u ul'
).split(' ');
const ALLOWED_ATTR = 'align alt class href rel src start target'.split(' ');
const ALLOWED_URI_REGEXP = /^(?:https?:|mailto:|data:image\/(?:png|jpe?g|gif|webp);|\/files\/)/i;

/** Markup as nodes, of which only what is listed is left. Whatever made the markup, nothing in it runs or is fetched. */
export function safeFragment(html: string): DocumentFragment {
  return DOMPurify.sanitize(html, {
    ALLOWED_TAGS,
    ALLOWED_ATTR,
    ALLOWED_URI_REGEXP,
    ADD_URI_SAFE_ATTR: ['align', 'rel', 'start', 'target'],
    ALLOW_ARIA_ATTR: false,
    ALLOW_DATA_ATTR: false,
    RETURN_DOM_FRAGMENT: true,
  });
}
