// `node --import`: a process whose clock goes LATER_SECONDS ahead of the computer's, or behind.
const aheadMs = Number(process.env['LATER_SECONDS']) * 1000;
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...args) {
    super(...(args.length > 0 ? args : [RealDate.now() + aheadMs]));
  }
  static now() {
    return RealDate.now() + aheadMs;
  }
};
