const FIELDS = [
  '{variable: topic, label: Topic, type: text-input, required: true, max_length: 100, options: []}',
  '{variable: text, label: Text, type: paragraph, required: true, max_length: 4000, options: []}',
  '{variable: count, label: Count, type: number, required: true, options: []}',
  '{variable: tone, label: Tone, type: select, required: true, options: [calm, loud]}',
  '{variable: loud, label: Loud, type: checkbox, required: false, options: []}',
];

/** A workflow that asks for a value of every type before it runs. */
export const FORM_APP = `
version: 0.3.0
kind: app
app: {name: Form, mode: workflow}
workflow:
  graph:
    edges:
      - {source: start, sourceHandle: source, target: end, targetHandle: target}
    nodes:
      - id: start
        type: custom
        data:
          type: start
          title: Start
          variables:${FIELDS.map((field) => `\n          - ${field}`).join('')}
      - id: end
        type: custom
        position: {x: 320, y: 0}
        data: {type: end, title: End, outputs: [{variable: topic, value_selector: [start, topic]}]}
`;
