import {
  LucideBookOpen,
  LucideBraces,
  LucideBrain,
  LucideCircleHelp,
  LucideClock,
  LucideCode,
  LucideFlag,
  LucideGitBranch,
  LucideGlobe,
  LucideListTree,
  LucideLogOut,
  LucideMerge,
  LucideMessageSquare,
  LucidePlay,
  LucideRepeat,
  LucideStickyNote,
  LucideTags,
  LucideUserCheck,
  LucideWrench,
  LucideZap,
  type LucideIconData,
} from '@lucide/angular';

const ICONS: Readonly<Record<string, LucideIconData>> = {
  start: LucidePlay.icon,
  answer: LucideMessageSquare.icon,
  end: LucideFlag.icon,
  llm: LucideBrain.icon,
  agent: LucideBrain.icon,
  'question-classifier': LucideTags.icon,
  'parameter-extractor': LucideListTree.icon,
  'knowledge-retrieval': LucideBookOpen.icon,
  'document-extractor': LucideBookOpen.icon,
  'if-else': LucideGitBranch.icon,
  iteration: LucideRepeat.icon,
  'iteration-start': LucidePlay.icon,
  loop: LucideRepeat.icon,
  'loop-start': LucidePlay.icon,
  'loop-end': LucideLogOut.icon,
  'trigger-plugin': LucideZap.icon,
  'trigger-schedule': LucideClock.icon,
  'trigger-webhook': LucideZap.icon,
  code: LucideCode.icon,
  'template-transform': LucideBraces.icon,
  'variable-aggregator': LucideMerge.icon,
  assigner: LucideBraces.icon,
  'list-operator': LucideListTree.icon,
  'http-request': LucideGlobe.icon,
  tool: LucideWrench.icon,
  'human-input': LucideUserCheck.icon,
};

/** The icon of a node type; of one that nobody knows a question. */
export function iconOf(type: string): LucideIconData {
  if (type === '') return LucideStickyNote.icon;
  return Object.hasOwn(ICONS, type) ? (ICONS[type] as LucideIconData) : LucideCircleHelp.icon;
}
