import {
  LucideBan,
  LucideCircle,
  LucideCircleCheck,
  LucideCircleStop,
  LucideCircleX,
  LucideClock,
  LucideHourglass,
  LucideLoaderCircle,
  LucidePause,
  LucideRotateCw,
  LucideTriangleAlert,
  type LucideIconData,
} from '@lucide/angular';

/** States of runs and steps as screens name them. */
export type State =
  | 'queued'
  | 'running'
  | 'recovering'
  | 'waiting'
  | 'retrying'
  | 'paused'
  | 'needsAttention'
  | 'succeeded'
  | 'partiallySucceeded'
  | 'handled'
  | 'failed'
  | 'stopped'
  | 'skipped'
  | 'notReached';

/** How a state looks: always an icon, and a role of colour. */
export interface StateLook {
  readonly icon: LucideIconData;
  /** A custom property of the tokens. */
  readonly color: string;
}

const look = (icon: { readonly icon: LucideIconData }, role: string): StateLook => ({
  icon: icon.icon,
  color: `var(--state-${role})`,
});

/** The look of each state. */
export const STATE_LOOKS: Readonly<Record<State, StateLook>> = {
  queued: look(LucideClock, 'idle'),
  notReached: look(LucideCircle, 'idle'),
  running: look(LucideLoaderCircle, 'running'),
  recovering: look(LucideRotateCw, 'warning'),
  waiting: look(LucideHourglass, 'waiting'),
  retrying: look(LucideRotateCw, 'warning'),
  paused: look(LucidePause, 'paused'),
  needsAttention: look(LucideTriangleAlert, 'warning'),
  succeeded: look(LucideCircleCheck, 'good'),
  partiallySucceeded: look(LucideTriangleAlert, 'good'),
  handled: look(LucideTriangleAlert, 'warning'),
  failed: look(LucideCircleX, 'bad'),
  stopped: look(LucideCircleStop, 'paused'),
  skipped: look(LucideBan, 'idle'),
};
