/* The screens of guardians. */
import type { Kind } from '../../api/model';

/* A reason as it stands on the button, and as the teacher will read it. */
export interface Reason {
  readonly label: string;
  readonly text: string;
}
const reason = (text: string): Reason => ({ label: text, text });

export const family = {
  home: {
    title: 'お子さま',
    reports: {
      absence: '欠席を連絡する',
      late: '遅刻',
      early: '早退',
    } satisfies Record<Kind, string>,
    upcoming: 'これからの連絡',
    none: 'これからの連絡はありません。',
    empty: 'お子さまが登録されていません。',
    emptyHint: '登録については、園にお問い合わせください。',
  },

  absence: {
    title: (name: string) => `${name}さんの連絡`,
    date: 'いつですか',
    today: 'きょう',
    tomorrow: 'あした',
    monday: '月曜日',
    other: 'ほかの日',
    otherLabel: '日付',
    kind: 'どの連絡ですか',
    quick: '理由を押すと、すぐに送ります',
    quickDay: (date: string) => `${date}の欠席：理由を押すと送ります`,
    quickSend: 'で連絡する',
    reason: '理由',
    reasonOther: 'ほかの理由',
    reasonHints: {
      absence: '',
      late: '登園する時刻も書いてください。',
      early: 'おむかえの時刻も書いてください。',
    } satisfies Record<Kind, string>,
    reasons: [
      reason('発熱'),
      reason('体調不良'),
      reason('せき・鼻水'),
      reason('おなかの不調'),
      reason('通院'),
      reason('家庭の都合'),
    ] as readonly Reason[],
    summary: '送る内容',
    submit: '連絡する',
    busy: '送っています…',
    needDate: '日付を選んでください。',
    needReason: '理由を選ぶか、書いてください。',
    already: (date: string, kind: string) => `${date}は「${kind}」と連絡ずみです。もう一度送る必要はありません。`,
    instead: (date: string, kind: string) => `${date}は「${kind}」と連絡ずみです。送ると、新しい連絡に変わります。`,
    doneTitle: '園に連絡しました',
    doneHint: '園の先生の画面に表示されています。',
    doneAt: (time: string) => `受付 ${time}`,
    doneWrong: 'まちがえたときは、同じ日の連絡をもう一度送ってください。園の画面では新しい連絡に変わります。',
    doneAgain: '続けて連絡する',
    history: 'これまでに送った連絡',
    historyEmpty: 'まだ連絡はありません。',
    fields: { child: 'お子さま', date: '日付', kind: '内容', reason: '理由' },
  },
};
