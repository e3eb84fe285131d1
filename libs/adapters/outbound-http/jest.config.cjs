const { node } = require('../../../jest.preset.cjs');
module.exports = { ...node(), displayName: 'outbound-http', rootDir: __dirname };
