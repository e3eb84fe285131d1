import {
  LucideBookOpen,
  LucideBraces,
  LucideBrain,
  LucideCircleHelp,
  LucideCode,
  LucideFlag,
  LucideGitBranch,
  LucideGlobe,
  LucideListTree,
  LucideMerge,
  LucideMessageSquare,
  LucidePlay,
  LucideRepeat,
  LucideStickyNote,
  LucideTags,
  LucideUserCheck,
  LucideWrench,
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
  loop: LucideRepeat.icon,
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
