/* What happened that somebody has to look at, and the rules that noticed it. */
import type { Call } from './client';
import { path } from './client';
import type { Decoder, Page } from './decode';
import { choice, integer, list, maybe, maybeFlag, page, record, text } from './decode';
import type { Role } from './model';
import { ROLES } from './model';
import type { Filed } from './people';
import { filed } from './people';
import type { Said } from './said';
import { said } from './said';

export const ALERT_STATES = ['open', 'acknowledged', 'judged', 'closed'] as const;
export type AlertState = (typeof ALERT_STATES)[number];

export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const JUDGEMENTS = ['false-alarm', 'normal', 'improper', 'abnormal'] as const;
export type Judgement = (typeof JUDGEMENTS)[number];

interface Someone {
  readonly id: string;
  readonly name: string | null;
}
const someone = record<Someone>({ id: text, name: maybe(text) });

export interface Alert {
  readonly id: string;
  readonly rule: { readonly id: string; readonly title: Said | null };
  readonly severity: Severity;
  readonly title: Said;
  readonly facility: Someone | null;
  readonly count: number;
  readonly first_at: string | null;
  readonly last_at: string | null;
  readonly state: AlertState;
  readonly owner: Someone | null;
  readonly due_at: string | null;
  readonly overdue: boolean;
  readonly judgement: Judgement | 'none';
  readonly report_by: string | null;
  readonly reported_at: string | null;
  readonly silenced: boolean;
  readonly origin: string | null;
  readonly may: Readonly<Record<'acknowledge' | 'assign' | 'judge' | 'close', boolean>>;
}
const shape = {
  id: text,
  rule: record({ id: text, title: maybe(said) }),
  severity: choice(SEVERITIES),
  title: said,
  facility: maybe(someone),
  count: integer,
  first_at: maybe(text),
  last_at: maybe(text),
  state: choice(ALERT_STATES),
  owner: maybe(someone),
  due_at: maybe(text),
  overdue: maybeFlag,
  judgement: choice(['none', ...JUDGEMENTS]),
  report_by: maybe(text),
  reported_at: maybe(text),
  silenced: maybeFlag,
  origin: maybe(text),
  may: record<Alert['may']>({ acknowledge: maybeFlag, assign: maybeFlag, judge: maybeFlag, close: maybeFlag }),
};

export interface AlertStory extends Alert {
  readonly note: string | null;
  readonly report: string | null;
  readonly events: readonly number[];
  readonly course: {
    readonly raised_at: string | null;
    readonly acknowledged_at: string | null;
    readonly judged_at: string | null;
    readonly reported_at: string | null;
    readonly closed_at: string | null;
  };
}

export const readAlerts = (state: AlertState | null, cursor: string | null): Call<Page<Alert>> => ({
  method: 'GET',
  path: '/v1/alerts?limit=50' + (state ? path`&state=${state}` : '') + (cursor ? path`&cursor=${cursor}` : ''),
  decode: page(record<Alert>(shape)),
});

export const readAlert = (id: string): Call<AlertStory> => ({
  method: 'GET',
  path: path`/v1/alerts/${id}`,
  decode: record<AlertStory>({
    ...shape,
    note: maybe(text),
    report: maybe(text),
    events: (input, at) => maybe(list(integer))(input, at) ?? [],
    course: record<AlertStory['course']>({
      raised_at: maybe(text),
      acknowledged_at: maybe(text),
      judged_at: maybe(text),
      reported_at: maybe(text),
      closed_at: maybe(text),
    }),
  }),
});

export type AlertDeed = 'acknowledge' | 'assign' | 'judge' | 'close';

export const doAlert = (id: string, deed: AlertDeed, body: object, key: string): Call<Filed> => ({
  method: 'POST',
  path: path`/v1/alerts/${id}/${deed}`,
  body,
  decode: filed,
  key,
});

export interface AlertRule {
  readonly id: string;
  readonly code: string;
  readonly title: Said;
  readonly severity: Severity;
  readonly words: Said;
  readonly count: number;
  readonly within_s: number;
  readonly handle_within_s: number;
  readonly handle: readonly Role[];
  readonly escalate: readonly Role[];
  readonly mail: boolean;
  readonly silent_until: string | null;
  readonly silent_reason: string | null;
  readonly may_silence: boolean;
}
const roles: Decoder<readonly Role[]> = (input, at) => maybe(list(choice(ROLES)))(input, at) ?? [];
const none: Decoder<number> = (input, at) => maybe(integer)(input, at) ?? 0;

export const readAlertRules = (): Call<Page<AlertRule>> => ({
  method: 'GET',
  path: '/v1/alert-rules',
  decode: page(
    record<AlertRule>({
      id: text,
      code: text,
      title: said,
      severity: choice(SEVERITIES),
      words: said,
      count: none,
      within_s: none,
      handle_within_s: none,
      handle: roles,
      escalate: roles,
      mail: maybeFlag,
      silent_until: maybe(text),
      silent_reason: maybe(text),
      may_silence: maybeFlag,
    }),
  ),
});

export const silenceRule = (id: string, until: string, reason: string, key: string): Call<Filed> => ({
  method: 'POST',
  path: path`/v1/alert-rules/${id}/silence`,
  body: { until, reason },
  decode: filed,
  key,
});
