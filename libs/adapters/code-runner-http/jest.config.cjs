const { node } = require('../../../jest.preset.cjs');
module.exports = { ...node(), displayName: 'code-runner-http', rootDir: __dirname };
