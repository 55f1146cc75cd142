/* The desk. */
import type { Urgency } from '../../base/desk';

const urgencies: Record<Urgency, string> = {
  overdue: '期限を過ぎています',
  today: 'きょうが期限',
  week: '7日以内',
  later: 'そのあと',
  undated: '期限なし',
};

export const desk = {
  desk: {
    title: 'やること',
    lead: 'あなたの対応を待っているものです。急ぐものから並んでいます。',
    asOf: (time: string) => `${time} 時点`,
    again: '更新する',
    empty: '対応を待っているものはありません。',
    escalated: '引き上げ',
    due: (time: string) => `期限 ${time}`,
    since: (time: string) => `${time}から`,
    items: (count: number) => `${count}件`,
    notices: (count: number) => `自分のアカウントのお知らせが${count}件あります`,
    counts: { overdue: '期限切れ', today: 'きょうまで', open: '全部で' },
    urgencies,
  },
};
