/* Alerts. */
import type { AlertState, Judgement, Severity } from '../../api/alerts';
import type { Unit } from '../../base/moment';

const states: Record<AlertState, string> = {
  open: '未対応',
  acknowledged: '対応中',
  judged: '判定済み',
  closed: '終了',
};

const severities: Record<Severity, string> = { info: '参考', warning: '注意', critical: '重大' };

const judgements: Record<Judgement, string> = {
  'false-alarm': '誤報',
  normal: '正常な操作',
  improper: '不適切な操作',
  abnormal: '異常',
};

const units: Record<Unit, string> = { day: '日', hour: '時間', minute: '分', second: '秒' };

export const alerts = {
  alerts: {
    title: '警報',
    lead: 'いつもとちがうことや、期限が近いことを知らせています。',
    back: '警報の一覧にもどる',
    rules: '警報の規則を見る',
    none: '警報はありません。',
    noneOf: 'この状態の警報はありません。',
    nobody: '未定',
    silenced: '知らせを止めています',
    states,
    severities,
    columns: { severity: '重さ', title: '内容', state: '状態', owner: '担当', last: '最後に起きた日時', due: '判定の期限' },
  },

  alert: {
    severity: '重さ',
    count: '回数',
    times: (count: number) => `${count}回`,
    owner: '担当',
    due: '判定の期限',
    judgement: '判定',
    judgements,
    note: '判定の理由',
    report: '契約団体への報告',
    reportHint: '不適切な操作・異常のときに、契約団体へ伝える内容です。',
    reportBy: '報告の期限',
    myself: '自分',
    silent: 'この規則の知らせは、いま止められています。数は記録されています。',
    courseTitle: '経過',
    last: '最後に起きました',
    since: (time: string) => `${time}から続いています。`,
    events: 'もとになった記録',
    eventsHint: '新しいものから最大32件です。',
    event: (index: number) => `記録 ${index}`,
    course: {
      raised_at: '警報が出ました',
      acknowledged_at: '担当者が引き受けました',
      judged_at: '判定しました',
      reported_at: '報告しました',
      closed_at: '終了しました',
    },
    deeds: {
      acknowledge: { label: '引き受ける', title: 'この警報を引き受けますか', done: '引き受けました。' },
      judge: { label: '判定する', title: '何が起きていたかを判定する', done: '判定しました。' },
      assign: { label: '担当を決める', title: 'だれが担当しますか', done: '担当を決めました。' },
      close: { label: '終了する', title: 'この警報を終了しますか', done: '終了しました。' },
    },
  },

  alertRules: {
    title: '警報の規則',
    lead: 'どんなときに警報が出て、だれがいつまでに対応するかの決まりです。',
    none: '見ることのできる規則はありません。',
    when: '出るとき',
    within: (count: number, span: string) => `${span}のあいだに${count}回`,
    span: ({ count, unit }: { readonly count: number; readonly unit: Unit }) => `${count}${units[unit]}`,
    handle: '対応する人',
    due: '判定まで',
    escalate: '引き上げる先',
    silentUntil: '知らせを止めている期限',
    silence: { label: '知らせを一時止める', title: 'この規則の知らせを一時止めますか', done: '知らせを止めました。' },
    silenceHint: '止めているあいだも、起きたことは数えて記録します。止められるのは7日までです。',
    untilDay: '再開する日',
    untilTime: '再開する時刻',
  },
};
