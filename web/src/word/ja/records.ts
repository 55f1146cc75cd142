/* Registers and records. */
import type { RecordState } from '../../api/records';

const states: Record<RecordState, string> = {
  waiting: '承認待ち',
  'in-force': '有効',
  expired: '期限切れ',
  withdrawn: '取り下げ',
  rejected: '差し戻し',
};

export const records = {
  registers: {
    title: '台帳',
    lead: '契約で求められる記録を、台帳ごとにまとめています。',
    back: '台帳の一覧にもどる',
    search: '台帳の名前でしぼりこむ',
    count: (count: number) => `${count}件`,
    none: 'あてはまる台帳はありません。',
    gone: 'この台帳は表示できません。',
    entities: (count: number) => `システムが自動で作っている台帳（${count}件）`,
    entitiesHint: '登録や操作のたびに自動で記録されるため、ここで書き足すことはありません。',
    columns: { title: '台帳', in_force: '有効', waiting: '承認待ち', expiring: 'まもなく期限', expired: '期限切れ' },
  },

  records: {
    states,
    none: 'まだ記録がありません。',
    noneOf: 'この状態の記録はありません。',
    add: '新しく記録する',
    exportUtf8: 'CSVで書き出す',
    exportCp932: 'CSVで書き出す（Shift_JIS）',
    endless: '期限なし',
    left: (days: number) => (days === 0 ? '（最終日）' : `（あと${days}日）`),
    columns: { number: '番号', title: '件名', state: '状態', until: '有効期限', filed: '記録した人・日時' },
  },

  record: {
    back: '記録にもどる',
    content: '内容',
    validity: '有効期間',
    from: (day: string) => `${day}から `,
    edition: '版',
    replaced: '以前の版',
    editionOf: (edition: number) => `第${edition}版`,
    facility: '園',
    origin: '受け取り元',
    originHint: (name: string) => `${name}の記録です。ここでは変えられません。`,
    edit: '内容を直す',
    history: '版の履歴',
    changes: (count: number) => `前の版から変わった項目（${count}）`,
    first: '最初の内容',
    same: '内容は前の版と同じです。',
    beforeIt: '前の版では',
    waitingEdition: (edition: number) => `承認を待っている第${edition}版`,
    waitingHint: '承認されるまでは、いまの版が有効です。',
    currentEdition: 'いま有効な内容',
    newTitle: (register: string) => `${register}に記録する`,
    editTitle: (title: string) => `${title}を直す`,
    newHint: '記録したあと、別の担当者が承認すると有効になります。承認のいらない台帳では、すぐに有効になります。',
    editHint: '直した内容は新しい版になります。承認されるまでは、いまの版が有効です。',
    validFrom: '有効期間の始まり',
    validUntil: '有効期限',
    validUntilHint: '空けておくと、台帳で決められた期間になります。',
    submitNew: '記録する',
    submitEdit: '新しい版を出す',
    deeds: {
      approve: { label: '承認する', title: 'この記録を承認しますか', done: '承認しました。' },
      confirm: { label: '確認する', title: 'この記録を確認済みにしますか', done: '確認済みにしました。' },
      reject: { label: '差し戻す', title: 'この記録を差し戻しますか', done: '差し戻しました。' },
      withdraw: { label: '取り下げる', title: 'この記録を取り下げますか', done: '取り下げました。' },
      renew: {
        label: '期限を延ばす',
        title: '同じ内容で期限を延ばしますか',
        hint: '同じ内容の新しい版になります。承認されると、新しい期限になります。',
        until: '新しい有効期限',
        done: '期限を延ばしました。',
      },
    },
  },

  issue: { paper: 'PDFで発行する', sheet: 'Excelで発行する' },
};
