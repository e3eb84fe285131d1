/**
 * Every form in which a text may be written by an address, a form, JSON, JSON in JSON, or base64, which hides it at each
 * of three offsets. Base64 of a text so short that its form could be anything is left out.
 */
export function writtenForms(text: string): readonly string[] {
  const inForm = new URLSearchParams([['', text]]).toString().slice(1);
  const inAddress = [text.replace(IN_QUERY, percent), text.replace(IN_PATH, percent)];
  const forms = [inForm, inForm.replaceAll('+', '%20'), ...[text, ...inAddress].flatMap(inJson)];
  return [...new Set([...forms, ...base64Forms(text)])];
}

// What the URL standard escapes in a query and in a path.
const IN_QUERY = /[^!$-&(-;=?-~]/gu;
const IN_PATH = /[^!$-;=@-\]_a-z|~]/gu;

/** As it is, in JSON, and in JSON that is a text in JSON. */
function inJson(text: string): string[] {
  const escape = (inner: string) => JSON.stringify(inner).slice(1, -1);
  return [text, escape(text), escape(escape(text))];
}

function percent(character: string): string {
  const bytes = [...new TextEncoder().encode(character)];
  return bytes.map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

const LEAST_BYTES = 8;

/** What base64 makes of a text whatever stands before and after it: the digits that are of the text alone. */
function base64Forms(text: string): string[] {
  const bytes = Buffer.from(text);
  if (bytes.length < LEAST_BYTES) return [];
  return [0, 1, 2].flatMap((before) => {
    const bits = 8 * (before + bytes.length);
    const digits = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const form = digits.slice(Math.ceil((8 * before) / 6), Math.floor(bits / 6));
    return [form, form.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
