module.exports = {
  forbidden: [{ name: 'no-circular', severity: 'error', from: {}, to: { circular: true } }],
  options: {
    exclude: '(^|/)(node_modules|dist)/',
    tsConfig: { fileName: 'tsconfig.base.json' },
    tsPreCompilationDeps: false,
    // without this it does not follow @tenon/* and misses cycles across packages, silently
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'default'],
      extensions: ['.ts', '.js'],
    },
  },
};
