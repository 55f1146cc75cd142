/* What everybody in a scope has to do by a date, and how far that has come. */
import type { Call } from './client';
import { path } from './client';
import type { Answers, Described } from './described';
import { answers, described } from './described';
import type { Decoder, Page } from './decode';
import { choice, flag, integer, list, maybe, maybeFlag, page, record, text } from './decode';
import type { Role } from './model';
import { ROLES } from './model';
import type { Filed } from './people';
import { filed } from './people';
import type { Said } from './said';
import { said } from './said';

export const CAMPAIGN_STATES = ['running', 'closed'] as const;
export type CampaignState = (typeof CAMPAIGN_STATES)[number];

export const TASK_STATES = ['open', 'done', 'void'] as const;
export type TaskState = (typeof TASK_STATES)[number];

export const TASKS = ['accounts', 'confirm', 'none'] as const;
export type TaskKind = (typeof TASKS)[number];

export const DECISIONS = ['keep', 'change', 'delete'] as const;
export type Decision = (typeof DECISIONS)[number];

interface Titled {
  readonly id: string;
  readonly title: Said | null;
}
const titled = record<Titled>({ id: text, title: maybe(said) });

export interface Someone {
  readonly id: string;
  readonly name: string | null;
}
const someone = record<Someone>({ id: text, name: maybe(text) });

const orNone =
  <T>(inner: Decoder<T>): Decoder<readonly T[]> =>
  (input, at) =>
    maybe(list(inner))(input, at) ?? [];

export interface CampaignKind extends Titled {
  readonly code: string;
  readonly title: Said;
  readonly text: Said;
  readonly due_s: number;
  readonly may: { readonly file: boolean };
}

export const readCampaignKinds = (): Call<Page<CampaignKind>> => ({
  method: 'GET',
  path: '/v1/campaign-kinds',
  decode: page(
    record<CampaignKind>({ id: text, code: text, title: said, text: said, due_s: integer, may: record({ file: maybeFlag }) }),
  ),
});

export interface Campaign {
  readonly id: string;
  readonly kind: Titled;
  readonly number: number;
  readonly title: string;
  readonly note: string | null;
  readonly state: CampaignState;
  readonly started_at: string | null;
  readonly due_at: string | null;
  readonly closed_at: string | null;
  readonly overdue: boolean;
  readonly total: number;
  readonly done: number;
  readonly may: { readonly close: boolean };
}
const shape = {
  id: text,
  kind: titled,
  number: integer,
  title: text,
  note: maybe(text),
  state: choice(CAMPAIGN_STATES),
  started_at: maybe(text),
  due_at: maybe(text),
  closed_at: maybe(text),
  overdue: maybeFlag,
  total: integer,
  done: integer,
  may: record({ close: maybeFlag }),
};

export interface Progress {
  readonly facility: Someone | null;
  readonly total: number;
  readonly done: number;
  readonly held: number;
}

export interface CampaignStory extends Campaign {
  readonly facilities: readonly Progress[];
}

export const readCampaigns = (state: CampaignState | null, cursor: string | null): Call<Page<Campaign>> => ({
  method: 'GET',
  path: '/v1/campaigns?limit=50' + (state ? path`&state=${state}` : '') + (cursor ? path`&cursor=${cursor}` : ''),
  decode: page(record<Campaign>(shape)),
});

export const readCampaign = (id: string): Call<CampaignStory> => ({
  method: 'GET',
  path: path`/v1/campaigns/${id}`,
  decode: record<CampaignStory>({
    ...shape,
    facilities: orNone(record<Progress>({ facility: maybe(someone), total: integer, done: integer, held: integer })),
  }),
});

export const beginCampaign = (kind: string, body: object, key: string): Call<Filed> => ({
  method: 'POST',
  path: path`/v1/campaign-kinds/${kind}/campaigns`,
  body,
  decode: filed,
  key,
});

export const closeCampaign = (id: string, reason: string, key: string): Call<Filed> => ({
  method: 'POST',
  path: path`/v1/campaigns/${id}/close`,
  body: { reason },
  decode: filed,
  key,
});

/* Tasks */
export interface Task {
  readonly id: string;
  readonly campaign: { readonly id: string; readonly title: string };
  readonly task: TaskKind;
  readonly facility: Someone | null;
  readonly account: Someone | null; /* whose it is; none: of everybody in these roles */
  readonly roles: readonly Role[];
  readonly state: TaskState;
  readonly due_at: string | null;
  readonly overdue: boolean;
  readonly done_at: string | null;
  readonly done_by: Someone | null;
  readonly held: boolean;
}
const taskShape = {
  id: text,
  campaign: record({ id: text, title: text }),
  task: choice(TASKS),
  facility: maybe(someone),
  account: maybe(someone),
  roles: orNone(choice(ROLES)),
  state: choice(TASK_STATES),
  due_at: maybe(text),
  overdue: maybeFlag,
  done_at: maybe(text),
  done_by: maybe(someone),
  held: maybeFlag,
};

export const readTasks = (campaign: string, cursor: string | null): Call<Page<Task>> => ({
  method: 'GET',
  path: path`/v1/campaigns/${campaign}/tasks?limit=50` + (cursor ? path`&cursor=${cursor}` : ''),
  decode: page(record<Task>(taskShape)),
});

export const readMyTasks = (): Call<Page<Task>> => ({
  method: 'GET',
  path: '/v1/campaigns/tasks/mine?limit=200',
  decode: page(record<Task>(taskShape)),
});

/* An account that is examined. */
export interface Examined {
  readonly account: string;
  readonly name: string | null;
  readonly own: boolean;
  readonly roles: readonly Role[];
  readonly last_used_at: string | null;
  readonly decision: Decision | null;
  readonly acted: 'none' | 'done' | 'open' | null;
  readonly note: string | null;
  readonly link: string | null;
}

export interface ExaminedCounts {
  readonly accounts: number;
  readonly open: number;
}

export interface TaskStory extends Task {
  readonly text: Said | null;
  readonly fields: readonly Described[];
  readonly answers: Answers;
  readonly pass: { readonly field: string; readonly min: number } | null;
  readonly counts: ExaminedCounts | null;
  readonly items: readonly Examined[];
  readonly next: string | null;
  readonly may: { readonly finish: boolean; readonly decide: boolean };
}

export const readTask = (id: string, cursor: string | null = null): Call<TaskStory> => ({
  method: 'GET',
  path: path`/v1/campaign-tasks/${id}?limit=100` + (cursor ? path`&cursor=${cursor}` : ''),
  decode: record<TaskStory>({
    ...taskShape,
    text: maybe(said),
    fields: orNone(described),
    answers,
    pass: maybe(record({ field: text, min: integer })),
    counts: maybe(record<ExaminedCounts>({ accounts: integer, open: integer })),
    items: orNone(
      record<Examined>({
        account: text,
        name: maybe(text),
        own: flag,
        roles: orNone(choice(ROLES)),
        last_used_at: maybe(text),
        decision: maybe(choice(DECISIONS)),
        acted: maybe(choice(['none', 'done', 'open'])),
        note: maybe(text),
        link: maybe(text),
      }),
    ),
    next: maybe(text),
    may: record({ finish: maybeFlag, decide: maybeFlag }),
  }),
});

export const decide = (task: string, account: string, decision: Decision, note: string): Call<Filed> => ({
  method: 'POST',
  path: path`/v1/campaign-tasks/${task}/decide`,
  body: { account, decision, ...(note ? { note } : {}) },
  decode: filed,
});

export const finishTask = (task: string, fields: Answers | null, key: string): Call<Filed> => ({
  method: 'POST',
  path: path`/v1/campaign-tasks/${task}/finish`,
  body: fields ? { fields } : {},
  decode: filed,
  key,
});
