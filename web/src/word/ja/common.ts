/* What every screen says. */
import type { Kind, Role } from '../../api/model';

const roles: Record<Role, string> = {
  guardian: '保護者',
  staff: '教職員',
  principal: '園管理者',
  officer: '市担当',
  'officer-admin': '市管理者',
  auditor: '監査人',
  service: '機械用アカウント',
  operator: '運用担当',
  'operator-admin': '運用管理者',
};

const kinds: Record<Kind, string> = { absence: '欠席', late: '遅刻', early: '早退' };

export const common = {
  product: 'せきもり',
  printed: (time: string) => `${time} 印刷`,
  tagline: '園と家庭の連絡',
  skip: '本文へ進む',
  language: '表示する言語',
  roles,
  kinds,

  nav: {
    label: '画面の切り替え',
    parts: (label: string) => `${label}の中の画面`,
    waiting: (count: number) => `${count}件が対応待ち`,
    desk: 'やること',
    registers: '台帳',
    cases: '問い合わせ・請求',
    announcements: 'お知らせ',
    campaigns: '一斉の取組み',
    alerts: '警報',
    settings: 'サービスの設定',
    letters: '送信',
    workdays: '閉庁日の暦',
    documents: '発行した文書',
    schedule: '定期処理',
    terms: '利用規約など',
    govern: '運営',
    service: '監視・変更',
    home: 'ホーム',
    back: 'ホームにもどる',
    board: 'クラスボード',
    door: '玄関',
    register: '出席簿',
    people: '人の管理',
    counts: '人数',
    changes: '変更',
    imports: '取り込み',
    roll: '園児',
    manage: '園の管理',
    facilities: '園の一覧',
    events: '操作の記録',
    proof: '適合状況',
    checks: '検査',
    ledger: '記録簿',
    trial: '試行',
    children: 'お子さま',
    looked: '見た人',
    account: '設定',
    lock: 'ロック',
    signOut: 'ログアウト',
    signingOut: 'ログアウトしています…',
  },

  announced: {
    seen: 'お知らせ：',
    accept: '同意が必要です：',
    more: (count: number) => `ほかに${count}件のお知らせ`,
  },

  deskPanel: (open: number, overdue: number) =>
    overdue > 0 ? `対応待ち${open}件（期限切れ${overdue}件）` : `対応待ち${open}件`,

  trial: {
    banner: (role: string) => `試行中：監査人が${role}として検査用の園で操作しています。`,
    record: '試行の記録',
    end: '試行を終える',
  },

  nothingHere: {
    title: 'この画面で使える機能はありません',
    hint: (role: string) => `${role}のアカウントは、この画面を使いません。`,
  },

  remote: {
    loading: '読み込んでいます…',
    again: 'もう一度読み込む',
    offline: 'つながりません',
    offlineHint: '電波やインターネットの状態をたしかめて、もう一度お試しください。',
    stale: (time: string) => `つながりません。表示しているのは${time}の内容です。`,
    cancelled: '取りやめました',
    cancelledHint: '何も変わっていません。',
    sendOffline: '送れたかどうか確認できませんでした',
    sendOfflineHint: '電波の良いところで、もう一度「連絡する」を押してください。同じ連絡が二重になることはありません。',
    slow: '時間がかかっています',
    slowHint: '少し待ってから、もう一度お試しください。',
    broken: '表示できませんでした',
    brokenHint: 'もう一度お試しください。続くときは園にご連絡ください。',
    denied: 'この内容は表示できません',
    deniedHint: '見る権限がないか、見つかりませんでした。',
    notAllowed: 'この操作はできません',
    busy: 'こみあっています',
    busyHint: '少し待ってから、もう一度お試しください。',
    check: '入力した内容をたしかめてください',
    request: (id: string) => `お問い合わせ番号 ${id}`,
  },

  field: {
    required: '必須',
    optional: '任意',
    codes: {
      missing: '入力してください。',
      number: '数字だけで入力してください。',
      type: '形式が正しくありません。',
      'too-long': '長すぎます。短くしてください。',
      'too-short': '短すぎます。',
      'too-large': '大きすぎます。',
      'too-small': '小さすぎます。',
      format: '形式が正しくありません。',
      choice: '選びなおしてください。',
      unknown: '使えない内容です。',
      duplicate: 'すでに登録されています。',
      encoding: '使えない文字があります。',
      control: '使えない文字があります。',
    } as Record<string, string>,
    other: '入力した内容をたしかめてください。',
  },

  dialog: { cancel: 'やめる' },

  stepUp: {
    title: 'ご本人の確認',
    lead: '大切な操作の前に、もう一度ご本人であることを確認します。',
    wrong: '確認できませんでした。入力した内容をたしかめてください。',
    submit: '確認して続ける',
  },

  confirm: {
    title: '実行してよいか、たしかめてください',
    objects: (count: number) => `${count}件が対象です。`,
    phrase: (phrase: string) => `続けるには「${phrase}」と入力してください`,
    wrong: '入力した言葉がちがいます。',
    submit: '実行する',
  },
};
