/* Changes. */
import type { ChangeState, ChangeWhy } from '../../api/changes';

const states: Record<ChangeState, string> = {
  waiting: '承認待ち',
  scheduled: '実行日時を待っています',
  applied: '実行しました',
  rejected: '却下しました',
  withdrawn: '取り下げました',
  stale: '無効になりました',
  failed: '実行できませんでした',
};

const outcomes: Record<ChangeState, string> = {
  waiting: '承認を受け付けました。',
  scheduled: '承認しました。決められた日時に実行されます。',
  applied: '承認しました。実行されました。',
  rejected: '却下しました。',
  withdrawn: '取り下げました。',
  stale: '申請のあとで元の内容が変わったため、実行していません。',
  failed: '承認しましたが、実行できませんでした。',
};

const whys: Record<ChangeWhy, string> = {
  'state-moved': '申請のあとで元の内容が変わったため、実行していません。',
  'requester-left': '申請した人がその役割でなくなったため、実行していません。',
  'approver-left': '承認した人がその役割でなくなったため、実行していません。',
  refused: '実行するときに条件に合わなかったため、実行していません。',
};

export const changes = {
  changes: {
    title: '変更',
    lead: '大切な変更は、申請した人とは別の人が承認してから実行されます。',
    back: '変更の一覧にもどる',
    open: { waiting: '承認を待っているもの', scheduled: '実行日時を待っているもの' },
    none: '承認を待っている申請はありません。',
    all: 'これまでの変更',
    noneOf: 'あてはまる変更はありません。',
    what: '変更',
    asked: '申請',
    decided: '決定',
    you: 'あなた',
    takesEffect: '実行する日時',
    appliedAt: '実行した日時',
    approvers: '承認できる人',
    difference: '変更前と変更後',
    field: '項目',
    before: '変更前',
    after: '変更後',
    undoes: '元に戻そうとしている変更を見る',
    undoneBy: 'この変更を元に戻した申請を見る',
    later: (time: string) => `承認すると、${time}に実行されます。`,
    states,
    outcomes,
    whys,
    verdicts: {
      approve: { label: '承認する', title: 'この申請を承認しますか', done: '承認しました。' },
      reject: { label: '却下する', title: 'この申請を却下しますか', done: '却下しました。' },
      withdraw: { label: '取り下げる', title: 'この申請を取り下げますか', done: '取り下げました。' },
      undo: {
        label: '元に戻す',
        title: '元に戻す申請をしますか',
        done: '元に戻す申請をしました。別の担当者が承認すると、変更前の内容に戻ります。',
      },
    },
  },
};
