/* Cases. */
import type { EntryKind } from '../../api/cases';

const entries: Record<EntryKind, string> = {
  opening: '受付',
  message: 'メッセージ',
  move: '状態の変更',
  assign: '担当の決定',
};

export const cases = {
  cases: {
    title: '問い合わせ・請求',
    lead: '受け付けた問い合わせや請求と、その期限です。',
    leadGuardian: 'ご自分とお子さまの情報について、見せてほしい・直してほしいなどの請求ができます。',
    back: '一覧にもどる',
    none: 'まだ何もありません。',
    noneOf: 'あてはまるものはありません。',
    file: (kind: string) => `${kind}を出す`,
    openness: { open: '対応中', closed: '終了' },
    whose: '担当',
    mine: '自分が担当・提出',
    unassigned: '未定',
    columns: { number: '番号', title: '件名', kind: '種類', state: '状態', due: '期限', assignee: '担当', opened: '受付' },
  },

  case: {
    opened: '受付',
    closed: '終了',
    outcome: '結果',
    assignee: '担当',
    content: '内容',
    course: 'やりとりと経過',
    noEntries: 'まだやりとりはありません。',
    text: '伝える内容',
    write: 'メッセージを書く',
    send: '送る',
    moveTitle: (move: string) => `「${move}」を行いますか`,
    moved: (move: string) => `「${move}」を行いました。`,
    assign: '担当を決める',
    assignTitle: 'だれが担当しますか',
    assigned: '担当を決めました。',
    entries,
  },

  caseNew: {
    title: (kind: string) => `${kind}を出す`,
    which: '何を出しますか',
    none: '出せるものはありません。',
    submit: '送る',
    hint: '送ったあとは、この画面でやりとりと期限を確認できます。',
  },
};
