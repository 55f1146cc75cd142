/* Settings and what runs by the clock. */
import type { Outcome } from '../../api/schedule';
import type { Unit } from '../../base/moment';

const units: Record<Unit, string> = { day: '日', hour: '時間', minute: '分', second: '秒' };

const outcomes: Record<Outcome, string> = {
  never: 'まだ動いていません',
  'nothing-due': '正常（することなし）',
  done: '正常',
  failed: '失敗',
  skipped: '見送り',
};

export const service = {
  settings: {
    title: 'サービスの設定',
    lead: '安全にかかわる設定です。変えるには、別の担当者の承認が必要です。',
    drifts: (count: number) => (count === 0 ? 'すべて安全の基準どおりです。' : `安全の基準とちがう設定が${count}件あります。`),
    drift: '基準より緩い',
    inLine: '基準どおり',
    baseline: '安全の基準',
    asSet: '設定した値',
    contract: '契約で決めた値',
    since: '変更した日時',
    asDelivered: '最初のまま',
    on: '入',
    off: '切',
    number: (value: number, unit: string) => `${value}${unit}`,
    change: '値を変える',
    changeTitle: (title: string) => `「${title}」を変える申請`,
    changeHint: '別の担当者が承認すると、新しい値になります。',
    widens: '値を大きくする、または「入」にすると、情報が見える・届く範囲が広がります。別の担当者が承認すると、新しい値になります。',
    newValue: '新しい値',
    onDay: '実行する日',
    onDayHint: '空けておくと、承認のあとすぐに変わります。',
    atTime: '実行する時刻',
    changed: '申請しました。',
  },

  workdays: {
    title: '閉庁日の暦',
    lead: '閉庁日は、問い合わせの回答期限などに数えません。暦は版ごとに、決めた日から使われます。',
    none: 'まだ決められていません。契約で決めた曜日・国民の祝日・12月29日～1月3日を閉庁日とします。',
    from: '適用する日',
    weekdays: '閉庁する曜日',
    holidays: '国民の祝日',
    yearEnd: '12月29日～1月3日',
    closed: '閉庁',
    open: '開庁',
    extraClosed: 'ほかの閉庁日',
    extraOpen: '開庁する日',
    daysHint: '「2026-12-28 2027-01-04」のように、日付を空白で区切って書きます。',
    decided: '決定',
    change: { label: '暦を変える', title: '暦を変える申請', done: '申請しました。' },
    changeHint: '別の市管理者が承認すると、適用する日から新しい暦で数えます。過ぎた日の数え方は変わりません。',
  },

  schedule: {
    title: '定期処理',
    lead: '決まった時刻や間隔で動く処理と、その結果です。',
    running: '実行中',
    daily: (time: string) => `毎日 ${time}`,
    every: ({ count, unit }: { readonly count: number; readonly unit: Unit }) => `${count}${units[unit]}ごと`,
    took: (ms: number) => (ms < 1_000 ? `${ms}ミリ秒` : `${(ms / 1_000).toFixed(1)}秒`),
    faults: { missed: '時刻に動きませんでした', late: '時間がかかりすぎています' },
    outcomes,
    columns: { job: '処理', often: 'いつ', state: '前回の結果', last: '前回', next: '次回', took: 'かかった時間' },
  },
};
