/* Numbers and switches of the service, which two people change. */
import type { Call } from './client';
import { path } from './client';
import type { Decoder, Page } from './decode';
import { choice, flag, integer, maybe, maybeFlag, page, record, text } from './decode';
import type { Filed } from './people';
import { filed } from './people';
import type { Said } from './said';
import { said } from './said';

export interface Setting {
  readonly code: string;
  readonly title: Said;
  readonly type: 'number' | 'switch';
  readonly unit: Said;
  readonly min: number;
  readonly max: number;
  readonly value: number;
  readonly default: number;
  readonly baseline: number;
  readonly contract: number | null; /* where the contract has a number of its own */
  readonly effective: number;
  readonly drift: boolean; /* weaker than the baseline */
  readonly widens: boolean;
  readonly impact: Said;
  readonly since: string | null;
  readonly may: { readonly change: boolean };
}

/* A switch has no unit. */
const unit: Decoder<Said> = (input, at) => {
  const { ja, en } = record<{ ja: string | null; en: string | null }>({ ja: maybe(text), en: maybe(text) })(input ?? {}, at);
  return { ja: ja ?? '', en: en ?? '' };
};

export const readSettings = (): Call<Page<Setting>> => ({
  method: 'GET',
  path: '/v1/settings',
  decode: page(
    record<Setting>({
      code: text,
      title: said,
      type: choice(['number', 'switch']),
      unit,
      min: integer,
      max: integer,
      value: integer,
      default: integer,
      baseline: integer,
      contract: maybe(integer),
      effective: integer,
      drift: flag,
      widens: flag,
      impact: said,
      since: maybe(text),
      may: record({ change: maybeFlag }),
    }),
  ),
});

export interface SettingBody {
  readonly value: number;
  readonly reason: string;
  readonly effective_at?: string;
}

export const changeSetting = (code: string, body: SettingBody): Call<Filed> => ({
  method: 'PUT',
  path: path`/v1/settings/${code}`,
  body,
  decode: filed,
});
